// Which failures are looked at: by state, with their counts, by text and by client.
import { useClient } from "@urql/solid";
import { createSignal, For } from "solid-js";
import { StateCountsQuery } from "../api/failure-operations.ts";
import { useNews } from "../api/news.ts";
import { createQuery } from "../api/query.ts";
import { formatCount } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { filtersOfViews, listStart, type Params, type Place, viewNames, views } from "./failure-place.ts";

const DEBOUNCE_MS = 300;

export const FailureFilters = (props: { place: Place; go: (params: Params) => void }) => {
  const filters = () => filtersOfViews(props.place);
  const counts = createQuery({ client: useClient(), document: StateCountsQuery, variables: filters, keeps: true });
  useNews({ isNews: (entry) => entry.failure !== null, task: counts.refresh });
  let search: HTMLInputElement | undefined;
  useShortcuts(() => [{ key: "/", label: "Search in failures", run: () => search?.focus() }]);
  return (
    <search class="filters" aria-label="Which failures">
      <fieldset class="segments">
        <legend class="visually-hidden">State</legend>
        <For each={viewNames}>
          {(view) => (
            <button
              type="button"
              aria-pressed={props.place.view === view}
              onClick={() => props.go({ ...listStart, state: view === "unresolved" ? undefined : view })}
            >
              {views[view].name} <span class="segment-count">{countText(counts.data()?.[view].totalCount)}</span>
            </button>
          )}
        </For>
      </fieldset>
      <FilterField
        ref={(element) => {
          search = element;
        }}
        label="Text"
        placeholder="raw event or key"
        value={props.place.text}
        onValue={(text) => props.go({ ...listStart, text })}
      />
      <FilterField
        label="Client"
        placeholder="exact name"
        value={props.place.client}
        onValue={(client) => props.go({ ...listStart, client })}
      />
    </search>
  );
};

const countText = (count: number | undefined): string => (count === undefined ? "–" : formatCount(count));

/** A field that takes effect when one stops typing, or at once with Enter. */
export const FilterField = (props: {
  ref?: (element: HTMLInputElement) => void;
  label: string;
  placeholder: string;
  value: string;
  onValue: (value: string) => void;
}) => {
  const [timer, setTimer] = createSignal<ReturnType<typeof setTimeout>>();
  const settle = (value: string, delayMs: number) => {
    clearTimeout(timer());
    setTimer(setTimeout(() => props.onValue(value.trim()), delayMs));
  };
  return (
    <label class="filter">
      <span>{props.label}</span>
      <input
        ref={(element) => props.ref?.(element)}
        type="search"
        value={props.value}
        placeholder={props.placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => settle(event.currentTarget.value, DEBOUNCE_MS)}
        onKeyDown={(event) => {
          if (event.key === "Enter") settle(event.currentTarget.value, 0);
        }}
      />
    </label>
  );
};
