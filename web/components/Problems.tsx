// Why an event was refused, and what was remarked about one that was not.
import { For, Show } from "solid-js";
import type { Problem, Warning } from "../api/operations.ts";
import { formatJson } from "../format.ts";
import { Prose } from "./Prose.tsx";

type ShownProblem = Pick<Problem, "code" | "path" | "message" | "hint"> & { readonly input?: unknown };

export const Problems = (props: { problems: readonly ShownProblem[] }) => (
  <ul class="remarks" aria-label="Problems">
    <For each={props.problems}>
      {(problem) => (
        <li data-code={problem.code}>
          <RemarkHead code={problem.code} path={problem.path} kind="problem" />
          <p>
            <Prose text={problem.message} />
            <Show when={problem.input !== null && problem.input !== undefined}>
              {" "}
              Received: <code>{formatJson(problem.input)}</code>
            </Show>
          </p>
          <Show when={problem.hint}>
            <p class="quiet">
              <Prose text={problem.hint ?? ""} />
            </p>
          </Show>
        </li>
      )}
    </For>
  </ul>
);

export const Warnings = (props: { warnings: readonly Warning[] }) => (
  <Show when={props.warnings.length > 0}>
    <ul class="remarks" aria-label="Warnings">
      <For each={props.warnings}>
        {(warning) => (
          <li data-code={warning.code}>
            <RemarkHead code={warning.code} path={warning.path} kind="warning" />
            <p>
              <Prose text={warning.message} />
            </p>
          </li>
        )}
      </For>
    </ul>
  </Show>
);

const RemarkHead = (props: { code: string; path: string | null; kind: "problem" | "warning" }) => (
  <p class="remark-head">
    <code class="code" data-kind={props.kind}>
      {props.code}
    </code>
    <Show when={props.path}>
      <span class="quiet">
        {" "}
        at <code>{props.path}</code>
      </span>
    </Show>
  </p>
);
