// The JSON of an event, typed or pasted, with the place of its first error.
import { createMemo, For, Show } from "solid-js";
import type { ParsedJson } from "./json.ts";
import { lostDigits } from "./json-text.ts";

export const Editor = (props: {
  text: string;
  parsed: ParsedJson;
  onText: (text: string) => void;
  onSubmit: () => void;
}) => {
  let area: HTMLTextAreaElement | undefined;
  const error = () => (props.parsed.kind === "invalid" ? props.parsed : undefined);
  const goTo = (offset: number) => {
    area?.focus();
    area?.setSelectionRange(offset, offset + 1);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    props.onSubmit();
  };
  const rows = () => Math.min(16, Math.max(8, props.text.split("\n").length + 1));
  return (
    <div class="editor">
      <label for="event-json">Event (JSON)</label>
      <textarea
        id="event-json"
        ref={area}
        rows={rows()}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={props.text}
        aria-invalid={error() !== undefined}
        aria-describedby="event-json-state"
        onInput={(event) => props.onText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p id="event-json-state" class="editor-state" aria-live="polite">
        <Show when={error()} fallback={<span class="quiet">Valid JSON. Ctrl+Enter sends it.</span>}>
          {(shown) => (
            <>
              <button type="button" class="link" onClick={() => goTo(shown().offset)}>
                Line {shown().line}, column {shown().column}
              </button>
              : {shown().message}
            </>
          )}
        </Show>
      </p>
      <Show when={props.parsed.kind === "valid"}>
        <LostDigits text={props.text} />
      </Show>
    </div>
  );
};

/** It is sent as it is written; but numbers in JSON are read as doubles, by the server too. */
const LostDigits = (props: { text: string }) => {
  const lost = createMemo(() => lostDigits(props.text));
  return (
    <div class="lost-digits" role="status">
      <For each={lost()}>
        {({ written, read }) => (
          <p>
            <code>{written}</code> has more digits than a JSON number keeps: it is read as <code>{read}</code>. In
            double quotes it keeps them all.
          </p>
        )}
      </For>
    </div>
  );
};
