// What clients ask of the API, by the name of the operation.
import { For, Show } from "solid-js";
import { rateOf, type Sample } from "../api/system.ts";
import type { Operation } from "../api/system-operations.ts";
import { formatCount, formatDuration, formatPerSecond } from "../format.ts";
import { shown } from "./SystemTimes.tsx";

export const OperationTable = (props: { samples: readonly Sample[]; operations: readonly Operation[] }) => (
  <table class="figures operations">
    <caption>
      Operations <span class="quiet">queries and mutations, since the start; times over the last 5 minutes</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">now</th>
        <th scope="col">answered</th>
        <th scope="col">with errors</th>
        <th scope="col">p50</th>
        <th scope="col">p95</th>
        <th scope="col">p99</th>
        <th scope="col">longest</th>
      </tr>
    </thead>
    <tbody>
      <For each={props.operations.map(({ name }) => name)}>
        {(name) => (
          <Show when={props.operations.find((operation) => operation.name === name)}>
            {(operation) => <OperationRow operation={operation()} rate={rateOf(props.samples, name)} />}
          </Show>
        )}
      </For>
    </tbody>
  </table>
);

const OperationRow = (props: { operation: Operation; rate: number | undefined }) => {
  const time = (percentile: "p50" | "p95" | "p99" | "max") =>
    shown(props.operation.durationSeconds?.[percentile], formatDuration);
  return (
    <tr data-operation={props.operation.name}>
      <th scope="row">{props.operation.name}</th>
      <td data-label="now">{shown(props.rate, formatPerSecond)}</td>
      <td data-label="answered">{formatCount(props.operation.requests)}</td>
      <td data-label="with errors" data-bad={props.operation.errors > 0}>
        {formatCount(props.operation.errors)}
      </td>
      <td data-label="p50">{time("p50")}</td>
      <td data-label="p95">{time("p95")}</td>
      <td data-label="p99">{time("p99")}</td>
      <td data-label="longest">{time("max")}</td>
    </tr>
  );
};
