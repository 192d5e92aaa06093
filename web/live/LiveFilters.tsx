// Which entries of the feed are looked at: by what became of them, by client, by metric, by text.
import { For } from "solid-js";
import { Shape } from "../components/Outcome.tsx";
import { FilterField } from "../failures/FailureFilters.tsx";
import { useShortcuts } from "../shortcuts.ts";
import { type EntryFilter, everything, type Kind, kinds } from "./live-place.ts";

const names: Readonly<Record<Kind, string>> = {
  ACCEPTED: "Accepted",
  DUPLICATE: "Duplicates",
  CONFLICT: "Conflicts",
  REJECTED: "Rejected",
  ACT: "Acts",
};

export const LiveFilters = (props: { filter: EntryFilter; onFilter: (filter: EntryFilter) => void }) => {
  let search: HTMLInputElement | undefined;
  let client: HTMLInputElement | undefined;
  const change = (changed: Partial<EntryFilter>) => props.onFilter({ ...props.filter, ...changed });
  const toggle = (kind: Kind) => {
    const wanted = new Set(props.filter.kinds);
    if (!wanted.delete(kind)) wanted.add(kind);
    change({ kinds: kinds.filter((one) => wanted.has(one)) });
  };
  useShortcuts(() => [
    { key: "/", label: "Search in the entries", run: () => search?.focus() },
    { key: "f", label: "Filter by client", run: () => client?.focus() },
  ]);
  return (
    <search class="filters live-filters" aria-label="Which entries">
      <fieldset class="segments">
        <legend class="visually-hidden">Outcome</legend>
        <button
          type="button"
          aria-pressed={props.filter.kinds.length === 0}
          onClick={() => change({ kinds: everything.kinds })}
        >
          All
        </button>
        <For each={kinds}>
          {(kind) => (
            <button
              type="button"
              data-kind={kind}
              aria-pressed={props.filter.kinds.includes(kind)}
              title={kind === "ACT" ? "What people, workers and jobs have done" : undefined}
              onClick={() => toggle(kind)}
            >
              {kind === "ACT" ? "" : <Shape outcome={kind} />} {names[kind]}
            </button>
          )}
        </For>
      </fieldset>
      <FilterField
        ref={(element) => {
          client = element;
        }}
        label="Client"
        placeholder="exact name"
        value={props.filter.client}
        onValue={(value) => change({ client: value })}
      />
      <FilterField
        label="Metric"
        placeholder="exact name"
        value={props.filter.metric}
        onValue={(value) => change({ metric: value })}
      />
      <FilterField
        ref={(element) => {
          search = element;
        }}
        label="Text"
        placeholder="amount, code, #seq"
        value={props.filter.text}
        onValue={(value) => change({ text: value })}
      />
    </search>
  );
};
