// Field by field, how two spellings or two events differ.
import { For } from "solid-js";
import type { Difference } from "../api/operations.ts";
import { formatJson } from "../format.ts";

export const Differences = (props: { differences: readonly Difference[]; caption: string }) => (
  <table class="differences">
    <caption>{props.caption}</caption>
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">First</th>
        <th scope="col">Now</th>
      </tr>
    </thead>
    <tbody>
      <For each={props.differences}>
        {(difference) => (
          <tr>
            <th scope="row">{difference.path ?? "(the whole)"}</th>
            <td>{formatJson(difference.existing)}</td>
            <td>{formatJson(difference.received)}</td>
          </tr>
        )}
      </For>
    </tbody>
  </table>
);
