// What is so at this moment: what waits, what the process takes, what the database takes.
import { For, Show } from "solid-js";
import { KEPT_MS, type Sample } from "../api/system.ts";
import type { System } from "../api/system-operations.ts";
import { formatBytes, formatCount } from "../format.ts";
import { shown } from "./SystemTimes.tsx";
import { Trace } from "./Trace.tsx";

interface Level {
  readonly name: string;
  readonly meaning: string;
  /** Null where it is not known. */
  readonly of: (system: System) => number | null;
  readonly format: (value: number) => string;
}

const ofProcess: readonly Level[] = [
  {
    ...{ name: "Waiting events", meaning: "sent, and not yet on disk" },
    ...{ of: ({ waitingEvents }) => waitingEvents, format: formatCount },
  },
  {
    ...{ name: "Subscribers", meaning: "readers of the live feed" },
    ...{ of: ({ subscribers }) => subscribers, format: formatCount },
  },
  {
    ...{ name: "Feed lag", meaning: "entries the slowest of them has not taken" },
    ...{ of: ({ feedLag }) => feedLag, format: formatCount },
  },
  {
    ...{ name: "Webhook lag", meaning: "entries not looked at for the slowest endpoint" },
    ...{ of: ({ webhookLag }) => webhookLag, format: formatCount },
  },
  {
    ...{ name: "Processor", meaning: "100% is one core" },
    ...{ of: ({ cpuShare }) => cpuShare, format: (share) => `${(share * 100).toFixed(1)}%` },
  },
  {
    ...{ name: "Memory", meaning: "that the process holds" },
    ...{ of: ({ residentBytes }) => residentBytes, format: formatBytes },
  },
  {
    ...{ name: "Heap", meaning: "of it, what JavaScript uses" },
    ...{ of: ({ heapBytes }) => heapBytes, format: formatBytes },
  },
];

const ofDatabase: readonly Level[] = [
  {
    ...{ name: "Size", meaning: "on disk, without the WAL" },
    ...{ of: ({ database }) => database?.sizeBytes ?? null, format: formatBytes },
  },
  {
    ...{ name: "WAL", meaning: "committed, and not all in its place yet" },
    ...{ of: ({ database }) => database?.walBytes ?? null, format: formatBytes },
  },
  {
    ...{ name: "Free disk", meaning: "where the database lies" },
    ...{ of: ({ database }) => database?.freeBytes ?? null, format: formatBytes },
  },
  {
    ...{ name: "Retry queue", meaning: "failed events tried again by themselves" },
    ...{ of: ({ database }) => database?.retryQueue ?? null, format: formatCount },
  },
  {
    ...{ name: "Running jobs", meaning: "work on many items" },
    ...{ of: ({ database }) => database?.runningJobs ?? null, format: formatCount },
  },
];

interface NowProps {
  readonly samples: readonly Sample[];
  readonly system: System;
}

export const ProcessNow = (props: NowProps) => <Levels caption="Now" levels={ofProcess} {...props} />;

export const DatabaseNow = (props: NowProps) => (
  <>
    <Levels caption="Database" levels={ofDatabase} {...props} />
    <Show when={props.system.connections.length > 0}>
      <Connections system={props.system} />
    </Show>
  </>
);

const Levels = (props: NowProps & { caption: string; levels: readonly Level[] }) => (
  <table class="figures levels">
    <caption>
      {props.caption} <span class="quiet">lines from zero, over the last 5 minutes</span>
    </caption>
    <tbody>
      <For each={props.levels}>
        {(level) => (
          <tr data-measure={level.name}>
            <th scope="row">
              {level.name} <span class="meaning">{level.meaning}</span>
            </th>
            <td class="trace-cell">
              <Trace
                points={props.samples.map(({ at, system }) => ({ at, value: level.of(system) }))}
                spanMs={KEPT_MS}
              />
            </td>
            <td>{shown(level.of(props.system), level.format)}</td>
          </tr>
        )}
      </For>
    </tbody>
  </table>
);

const Connections = (props: { system: System }) => (
  <table class="figures">
    <caption>Connections to PostgreSQL</caption>
    <thead>
      <tr>
        <th scope="col">For</th>
        <th scope="col">open</th>
        <th scope="col">idle</th>
        <th scope="col">callers that wait</th>
      </tr>
    </thead>
    <tbody>
      <For each={props.system.connections}>
        {(connection) => (
          <tr>
            <th scope="row">{connection.purpose}</th>
            <td>{connection.open}</td>
            <td>{connection.idle}</td>
            <td>{connection.waiting}</td>
          </tr>
        )}
      </For>
    </tbody>
  </table>
);
