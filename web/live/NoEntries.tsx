// No row to show: because nothing has ever come, because the list was cleared, or because the filter admits nothing.
import { Match, Show, Switch } from "solid-js";
import { useLive } from "../api/live.ts";
import type { LiveRows } from "../api/live-rows.ts";
import { EmptyLog } from "../log/EmptyLog.tsx";
import { type EntryFilter, everything, isFiltered } from "./live-place.ts";

export const NoEntries = (props: { list: LiveRows; filter: EntryFilter; onFilter: (filter: EntryFilter) => void }) => {
  const live = useLive();
  const isEmpty = () => live.heardAt() !== null && live.tail().lastSeq === 0;
  return (
    <Switch fallback={<p class="empty quiet late">Reading the log</p>}>
      <Match when={isEmpty()}>
        <EmptyLog />
      </Match>
      <Match when={props.filter.sinceSeq > 0}>
        <div class="empty">
          <p>
            <strong>Cleared.</strong> What comes in now{isFiltered(props.filter) ? " and matches" : ""} appears here.
          </p>
          <button type="button" onClick={() => props.onFilter({ ...props.filter, sinceSeq: 0 })}>
            Show what came before
          </button>
        </div>
      </Match>
      <Match when={isFiltered(props.filter) && props.list.back().kind !== "reading"}>
        <div class="empty">
          <p>
            <strong>Nothing matches</strong>
            <Show when={props.list.back().kind !== "end"}> so far</Show>. What comes in and matches appears here.
          </p>
          <button type="button" onClick={() => props.onFilter(everything)}>
            Clear the filters
          </button>
        </div>
      </Match>
    </Switch>
  );
};
