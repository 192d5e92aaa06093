// Nothing to list: because nothing has failed, because all of it is dealt with, or because the filter admits nothing.
import { A } from "@solidjs/router";
import { Match, Switch } from "solid-js";
import { useTotals } from "../api/totals.ts";
import { isFiltered, listStart, type Params, type Place } from "./failure-place.ts";

const noFilter: Params = { ...listStart, state: undefined, text: undefined, client: undefined };

export const NoFailures = (props: { place: Place; go: (params: Params) => void }) => {
  const totals = useTotals();
  const received = () => totals.counts()?.received ?? 0;
  const failed = () => (totals.counts()?.rejected ?? 0) + (totals.counts()?.conflicts ?? 0);
  return (
    <Switch>
      <Match when={isFiltered(props.place) || props.place.group}>
        <div class="empty">
          <p>
            <strong>Nothing matches.</strong> No failed event is {words(props.place)}.
          </p>
          <button
            type="button"
            onClick={() => props.go({ ...noFilter, code: undefined, path: undefined, of: undefined })}
          >
            Clear the filters
          </button>
        </div>
      </Match>
      <Match when={failed() > 0}>
        <div class="empty">
          <p>
            <strong>All dealt with.</strong> Everything that failed was resolved or discarded.
          </p>
          <button type="button" onClick={() => props.go({ ...listStart, state: "resolved" })}>
            Show what was resolved
          </button>
        </div>
      </Match>
      <Match when={true}>
        <div class="empty">
          <p>
            <strong>Nothing has failed{received() > 0 ? "" : " yet"}.</strong> What cannot be counted appears here, with
            each problem at its place and ways to repair it.
          </p>
          <p class="quiet">
            To see one, <A href="/submit">send the sample “Ambiguous number”</A>: it is refused, never guessed.
          </p>
        </div>
      </Match>
    </Switch>
  );
};

const words = ({ view, text, client, group }: Place): string =>
  [
    view === "unresolved" ? "unresolved" : view,
    ...(group === null ? [] : ["of this kind"]),
    ...(client === "" ? [] : [`of client “${client}”`]),
    ...(text === "" ? [] : [`with “${text}” in it`]),
  ].join(" and ");
