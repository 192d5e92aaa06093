// Everything that happened to one event or failure, oldest first: what, when, who and why.
import { For, Show } from "solid-js";
import type { Entry } from "../api/operations.ts";
import { CopyableAge } from "../components/Age.tsx";
import { Differences } from "../components/Differences.tsx";
import { Action } from "./Act.tsx";
import { actOf, describeAct, describeMotive } from "./acts.ts";

export const LogList = (props: { entries: readonly Entry[] }) => (
  <ol class="log" aria-label="Log">
    <For each={props.entries}>
      {(entry) => (
        <li data-action={entry.action}>
          <p class="log-line">
            <Action action={entry.action} />
            <span class="quiet">
              #{entry.seq} <CopyableAge at={entry.at} />
            </span>
          </p>
          <Show when={sentenceOf(entry)}>{(sentence) => <p>{sentence()}</p>}</Show>
          <Show when={describeMotive(entry)}>{(motive) => <p class="quiet">{motive()}</p>}</Show>
          <Show when={entry.differences.length > 0}>
            <Differences
              differences={entry.differences}
              caption={entry.action === "CONFLICT" ? "The same key, other content" : "Spelled differently"}
            />
          </Show>
        </li>
      )}
    </For>
  </ol>
);

const outcomeSentences: Readonly<Record<string, string>> = {
  ACCEPTED: "Counted once.",
  DUPLICATE: "Came again; not counted again.",
  CONFLICT: "Not counted: its key belongs to another event.",
  REJECTED: "Not counted: it cannot be normalised.",
};

const sentenceOf = (entry: Entry): string | undefined => {
  const act = actOf(entry.action);
  return act === undefined ? outcomeSentences[entry.action] : describeAct(act, entry);
};
