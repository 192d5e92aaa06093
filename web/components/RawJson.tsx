// What was sent, line by line, with each problem below the line that it is about, and beside a line what was read there.
import { createMemo, For, Show } from "solid-js";
import type { Problem, Warning } from "../api/operations.ts";
import { CopyButton } from "./CopyButton.tsx";
import { Problems, Warnings } from "./Problems.tsx";
import { placeRemarks, rawLines } from "./raw-lines.ts";

/** More would hold up the page; a failed event is seldom this long. */
const MAX_LINES = 2_000;

type Remark =
  | { readonly kind: "problem"; readonly path: string | null; readonly problem: Problem }
  | { readonly kind: "warning"; readonly path: string | null; readonly warning: Warning };

export const RawJson = (props: {
  text: string;
  problems: readonly Problem[];
  warnings?: readonly Warning[];
  /** Which facts were read from each path. */
  facts?: ReadonlyMap<string, readonly string[]>;
}) => {
  const lines = createMemo(() => rawLines(props.text).slice(0, MAX_LINES));
  const placed = createMemo(() =>
    placeRemarks<Remark>(lines(), [
      ...props.problems.map((problem) => ({ kind: "problem" as const, path: problem.path, problem })),
      ...(props.warnings ?? []).map((warning) => ({ kind: "warning" as const, path: warning.path, warning })),
    ]),
  );
  const marks = (path: string | null) => (path === null ? [] : (props.facts?.get(path) ?? []));
  return (
    <div class="raw">
      <Remarks remarks={placed().above} />
      <ol class="raw-lines" aria-label="Raw event">
        <For each={lines()}>
          {(line, index) => (
            <li
              data-path={line.path || undefined}
              data-faulty={
                placed()
                  .below.get(index())
                  ?.some(({ kind }) => kind === "problem") ?? false
              }
            >
              <code style={{ "padding-left": `${Math.min(line.depth, 16) * 16}px` }}>
                <Show when={line.key}>{(key) => <span class="raw-key">{key()}: </span>}</Show>
                {line.text}
                <For each={marks(line.path)}>{(fact) => <span class="raw-fact">{fact}</span>}</For>
              </code>
              <Remarks
                remarks={(placed().below.get(index()) ?? []).map((remark) =>
                  remark.kind === "problem" ? { ...remark, problem: { ...remark.problem, input: null } } : remark,
                )}
              />
            </li>
          )}
        </For>
      </ol>
      <Show when={lines().length === MAX_LINES}>
        <p class="quiet">Only the first {MAX_LINES} lines are shown; copying takes all.</p>
      </Show>
      <CopyButton text={props.text} label="Copy the raw event" />
    </div>
  );
};

const Remarks = (props: { remarks: readonly Remark[] }) => {
  const problems = () => props.remarks.flatMap((remark) => (remark.kind === "problem" ? [remark.problem] : []));
  const warnings = () => props.remarks.flatMap((remark) => (remark.kind === "warning" ? [remark.warning] : []));
  return (
    <>
      <Show when={problems().length > 0}>
        <Problems problems={problems()} />
      </Show>
      <Warnings warnings={warnings()} />
    </>
  );
};
