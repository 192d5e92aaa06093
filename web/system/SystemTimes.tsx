// What is distributed: how long things took over the last minutes, as percentiles.
import { For } from "solid-js";
import { KEPT_MS, type Sample } from "../api/system.ts";
import type { Distribution, System } from "../api/system-operations.ts";
import { formatCount, formatDuration } from "../format.ts";
import { Trace } from "./Trace.tsx";

interface Measure {
  readonly name: string;
  readonly meaning: string;
  readonly of: (system: System) => Distribution | null;
  readonly format: (value: number) => string;
}

const measures: readonly Measure[] = [
  {
    ...{ name: "Commit", meaning: "from the beginning of a transaction to its end on disk" },
    ...{ of: ({ commitSeconds }) => commitSeconds, format: formatDuration },
  },
  {
    ...{ name: "Wait for the lock", meaning: "until a group of events may write" },
    ...{ of: ({ lockWaitSeconds }) => lockWaitSeconds, format: formatDuration },
  },
  {
    ...{ name: "Group", meaning: "events that were committed together" },
    ...{ of: ({ commitEvents }) => commitEvents, format: formatCount },
  },
  {
    ...{ name: "Requests", meaning: "queries and mutations, all together" },
    ...{ of: ({ requestSeconds }) => requestSeconds, format: formatDuration },
  },
  {
    ...{ name: "Event loop", meaning: "how late the server comes to its work" },
    ...{ of: ({ eventLoopDelaySeconds }) => eventLoopDelaySeconds, format: formatDuration },
  },
];

const percentiles = ["p50", "p95", "p99", "max"] as const;

export const SystemTimes = (props: { samples: readonly Sample[]; system: System }) => (
  <table class="figures">
    <caption>Over the last 5 minutes</caption>
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col" class="trace-cell">
          p99
        </th>
        <th scope="col">p50</th>
        <th scope="col">p95</th>
        <th scope="col">p99</th>
        <th scope="col">longest</th>
      </tr>
    </thead>
    <tbody>
      <For each={measures}>
        {(measure) => (
          <tr data-measure={measure.name}>
            <th scope="row">
              {measure.name} <span class="meaning">{measure.meaning}</span>
            </th>
            <td class="trace-cell">
              <Trace
                points={props.samples.map(({ at, system }) => ({ at, value: measure.of(system)?.p99 ?? null }))}
                spanMs={KEPT_MS}
              />
            </td>
            <For each={percentiles}>
              {(percentile) => <td>{shown(measure.of(props.system)?.[percentile], measure.format)}</td>}
            </For>
          </tr>
        )}
      </For>
    </tbody>
  </table>
);

/** A dash where nothing was measured. */
export const shown = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? "–" : format(value);
