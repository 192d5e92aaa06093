// A failed event, edited and tried again: with a preview while one types, and with another key where the first belongs
// to another event. What was sent stays as it is.
import { useClient } from "@urql/solid";
import { createMemo, createSignal, onMount, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { type ExplainedFailure, RetryAsSentMutation, RetryMutation } from "../api/failure-operations.ts";
import { newKey } from "../api/new-key.ts";
import type { Result } from "../api/operations.ts";
import { createPreviews, type Draft } from "../api/previews.ts";
import { rawText } from "../api/raw-text.ts";
import { Notice } from "../components/Notice.tsx";
import { rawLines } from "../components/raw-lines.ts";
import { Editor } from "../submit/Editor.tsx";
import { parseJson } from "../submit/json.ts";
import { Preview, WouldBe } from "../submit/Preview.tsx";

export const RetryEditor = (props: {
  explained: ExplainedFailure;
  onResult: (result: Result) => Promise<void>;
  onCancel: () => void;
}) => {
  const client = useClient();
  const failure = () => props.explained.failure;
  const original = printed(props.explained.rawText);
  const [text, setText] = createSignal(original);
  const [key, setKey] = createSignal(failure().idempotencyKey ?? "");
  const parsed = createMemo(() => parseJson(text()));
  const isKeyChanged = () => key() !== (failure().idempotencyKey ?? "");
  const idempotencyKey = () => (key() === "" ? null : key());
  const draft = (): Draft | null => {
    if (parsed().kind === "invalid") return null;
    return { events: [text()], idempotencyKey: idempotencyKey(), revision: 0 };
  };
  const previews = createPreviews({ client, draft });
  const retrying = createDeed(client, RetryMutation);
  const retryingAsSent = createDeed(client, RetryAsSentMutation);
  const isDoing = () => retrying.isDoing() || retryingAsSent.isDoing();
  let form: HTMLFormElement | undefined;

  const send = async () => {
    if (parsed().kind === "invalid") return;
    const given = { id: failure().id, idempotencyKey: isKeyChanged() ? idempotencyKey() : null };
    // What was not touched is no edited event, and needs no second copy.
    const done =
      text() === original
        ? await retryingAsSent.run(given)
        : await retrying.run({ ...given, editedEvent: rawText(text()) });
    if (done) await props.onResult(done.retryFailedEvent);
  };
  onMount(() => form?.querySelector("textarea")?.focus());

  return (
    <form
      class="retry-editor"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Editor text={text()} parsed={parsed()} onText={setText} onSubmit={send} />
      <div class="field">
        <label for="retry-key">Idempotency key</label>
        <input
          id="retry-key"
          autocomplete="off"
          spellcheck={false}
          value={key()}
          placeholder="none: the content decides"
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <Show when={failure().kind === "CONFLICT"}>
          <p class="quiet">
            The key belongs to another event. If this is one of its own, give it a key of its own.{" "}
            <button type="button" class="link" onClick={() => setKey(newKey())}>
              Make a new key
            </button>
          </p>
        </Show>
        <Show when={key() === "" && isKeyChanged()}>
          <p class="quiet">A key cannot be taken away here, only replaced: the first one is used.</p>
        </Show>
      </div>
      <Show when={retrying.fault() ?? retryingAsSent.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <div class="send">
        <button type="submit" class="primary" disabled={parsed().kind === "invalid" || isDoing()}>
          Retry edited
        </button>
        <button type="button" onClick={() => props.onCancel()}>
          Cancel
        </button>
        <WouldBe shown={previews} />
      </div>
      <Preview shown={previews} count={draft() ? 1 : 0} />
    </form>
  );
};

/** The raw event laid out for editing, its tokens as they were sent. */
const printed = (json: string): string =>
  rawLines(json)
    .map(({ depth, key, text }) => `${"  ".repeat(depth)}${key === null ? "" : `${key}: `}${text}`)
    .join("\n");
