// Which events are looked at: by everything the API can be asked for. Views keep such a question under a name.
import { useClient } from "@urql/solid";
import { createSignal } from "solid-js";
import { NamesQuery } from "../api/event-operations.ts";
import { createQuery } from "../api/query.ts";
import { ViewChoice } from "../components/ViewChoice.tsx";
import { FilterField } from "../failures/FailureFilters.tsx";
import type { Params } from "../saved-views.ts";
import { useShortcuts } from "../shortcuts.ts";
import {
  type EventPlace,
  eventViews,
  filterParams,
  isFiltered,
  listStart,
  namesParam,
  noFilter,
} from "./event-place.ts";
import { NamesField } from "./NamesField.tsx";
import { TimesField } from "./TimesField.tsx";

const MAX_OFFERED = 500;

export const EventFilters = (props: { place: EventPlace; go: (params: Params) => void }) => {
  const names = createQuery({
    client: useClient(),
    document: NamesQuery,
    variables: () => ({ first: MAX_OFFERED }),
    keeps: true,
  });
  // On a phone all but the text is folded away.
  const [isOpen, setOpen] = createSignal(false);
  let search: HTMLInputElement | undefined;
  let first: HTMLInputElement | undefined;
  const ask = (params: Params) => props.go({ ...listStart, ...params });
  const clients = () => names.data()?.stats.clients.map(({ client }) => client) ?? [];
  const series = () => names.data()?.aggregations ?? [];
  useShortcuts(() => [
    { key: "/", label: "Search in events", run: () => search?.focus() },
    { key: "f", label: "Filter events", run: () => first?.focus() },
  ]);
  return (
    <search class="filters event-filters" aria-label="Which events">
      <ViewChoice
        views={eventViews}
        params={filterParams(props.place)}
        isFiltered={isFiltered(props.place)}
        onOpen={(params) => ask({ ...noFilter, ...params })}
      />
      <div class="filter-fields" data-open={isOpen()}>
        <FilterField
          ref={(element) => {
            search = element;
          }}
          label="Text"
          placeholder="in raw event, key or names"
          value={props.place.text}
          onValue={(text) => ask({ text: text === "" ? undefined : text })}
        />
        <NamesField
          ref={(element) => {
            first = element;
          }}
          label="Client"
          names={props.place.clients}
          offered={clients()}
          onNames={(chosen) => ask({ clients: namesParam(chosen) })}
        />
        <NamesField
          label="Metric"
          names={props.place.metrics}
          offered={distinct(series().map(({ metric }) => metric))}
          onNames={(chosen) => ask({ metrics: namesParam(chosen) })}
        />
        <NamesField
          label="Unit"
          names={props.place.units}
          offered={distinct(series().map(({ unit }) => unit))}
          onNames={(chosen) => ask({ units: namesParam(chosen) })}
        />
        <TimesField times={props.place} onTimes={ask} />
        <button type="button" class="more-filters" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
          {isOpen() ? "Fewer filters" : "More filters"}
        </button>
      </div>
    </search>
  );
};

const distinct = (names: readonly (string | null)[]): readonly string[] =>
  [...new Set(names)].filter((name) => name !== null).toSorted();
