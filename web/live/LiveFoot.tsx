// How far the list reaches, and how it goes on below.
import { Match, Show, Switch } from "solid-js";
import type { Back, LiveRows } from "../api/live-rows.ts";
import { formatCount } from "../format.ts";
import { MAX_ROWS } from "./live-list.ts";
import type { EntryFilter } from "./live-place.ts";

export const LiveFoot = (props: { list: LiveRows; filter: EntryFilter; onFilter: (filter: EntryFilter) => void }) => {
  const count = () => props.list.rows().length;
  const isFull = () => count() >= MAX_ROWS;
  return (
    <footer class="live-foot">
      <span>
        {formatCount(count())} {count() === 1 ? "entry" : "entries"}
      </span>
      <Switch>
        <Match when={props.filter.sinceSeq > 0 && count() > 0}>
          <span>
            since #{props.filter.sinceSeq}{" "}
            <button type="button" class="link" onClick={() => props.onFilter({ ...props.filter, sinceSeq: 0 })}>
              Show what came before
            </button>
          </span>
        </Match>
        <Match when={isFull()}>the newest; filters reach further back</Match>
        <Match when={props.list.back().kind === "reading"}>
          <span class="late">reading further back</span>
        </Match>
        <Match when={foundNothing(props.list.back())}>
          {(fromSeq) => (
            <span>
              looked back to #{fromSeq()}{" "}
              <button type="button" class="link" onClick={() => void props.list.readBack()}>
                Look further back
              </button>
            </span>
          )}
        </Match>
        <Match when={faultOfBack(props.list.back())}>
          {(title) => (
            <span role="alert">
              {title()}.{" "}
              <button type="button" class="link" onClick={() => void props.list.readBack()}>
                Read on
              </button>
            </span>
          )}
        </Match>
        <Match when={props.list.back().kind === "end" && props.filter.sinceSeq === 0 && count() > 0}>
          back to the first of the log
        </Match>
      </Switch>
      <Show when={props.list.isPaused()}>
        <span class="live-foot-keys">
          <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>p</kbd> lets it run
        </span>
      </Show>
    </footer>
  );
};

const foundNothing = (back: Back): number | undefined => (back.kind === "nothing-found" ? back.fromSeq : undefined);
const faultOfBack = (back: Back): string | undefined => (back.kind === "failed" ? back.fault.title : undefined);
