// What was sent, line by line, with each problem below the line that it is about.
import { createMemo, For, Show } from "solid-js";
import type { Problem } from "../api/operations.ts";
import { placeRemarks, rawLines } from "../raw-lines.ts";
import { CopyButton } from "./CopyButton.tsx";
import { Problems } from "./Problems.tsx";

/** More would hold up the page; a failed event is seldom this long. */
const MAX_LINES = 2_000;

export const RawJson = (props: { text: string; problems: readonly Problem[] }) => {
  const lines = createMemo(() => rawLines(props.text).slice(0, MAX_LINES));
  const placed = createMemo(() => placeRemarks(lines(), props.problems));
  return (
    <div class="raw">
      <Show when={placed().above.length > 0}>
        <Problems problems={placed().above} />
      </Show>
      <ol class="raw-lines" aria-label="Raw event">
        <For each={lines()}>
          {(line, index) => (
            <li data-path={line.path || undefined} data-faulty={placed().below.has(index())}>
              <code style={{ "padding-left": `${Math.min(line.depth, 16) * 16}px` }}>
                <Show when={line.key}>{(key) => <span class="raw-key">{key()}: </span>}</Show>
                {line.text}
              </code>
              <Show when={placed().below.get(index())}>
                {(problems) => <Problems problems={problems().map((problem) => ({ ...problem, input: null }))} />}
              </Show>
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
