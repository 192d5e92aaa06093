// Nothing to draw: because nothing was ever counted, or because nothing fits what is asked.
import { A } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { useTotals } from "../api/totals.ts";
import { isFiltered, type Place } from "./aggregation-place.ts";

interface NothingProps {
  readonly place: Place;
  readonly go: (change: Partial<Place>) => void;
}

export const NoAggregations = (props: NothingProps) => {
  const totals = useTotals();
  return (
    <div class="empty">
      <Switch>
        <Match when={totals.counts()?.accepted === 0}>
          <p>
            <strong>Nothing is counted yet.</strong> As soon as an event is accepted, its figures appear here.
          </p>
          <p class="quiet">
            To see some, <A href="/submit">send a sample</A>, or run “npm run demo” beside the server.
          </p>
        </Match>
        <Match when={true}>
          <p>
            <strong>Nothing matches.</strong> No event of this time{isFiltered(props.place) ? " has these names" : ""}
            {typeof props.place.unit === "string" ? ` and the unit ${props.place.unit}` : ""}.
          </p>
          <div class="buttons">
            <Show when={props.place.range !== "all"}>
              <button type="button" onClick={() => props.go({ range: "all", zoomedFrom: null })}>
                Look at all time
              </button>
            </Show>
            <Show when={isFiltered(props.place) || props.place.unit !== undefined}>
              <button type="button" onClick={() => props.go({ clients: [], metrics: [], unit: undefined })}>
                Clear the filters
              </button>
            </Show>
          </div>
        </Match>
      </Switch>
    </div>
  );
};
