// Events sent by hand: samples that teach, a preview while typing, the answer in full, and the same as text for other
// places. What is being typed outlives the room.
import { useClient } from "@urql/solid";
import { createMemo, createRoot, createSignal, For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import { createPreviews, type Draft } from "../api/previews.ts";
import { type Answered, submit } from "../api/submit.ts";
import { useWhyNot } from "../api/viewer.ts";
import { IfAllowed } from "../components/IfAllowed.tsx";
import { useShortcuts } from "../shortcuts.ts";
import { Answer } from "./Answer.tsx";
import { CopyAs } from "./CopyAs.tsx";
import type { Sending } from "./copy-as.ts";
import { Editor } from "./Editor.tsx";
import { FailureChoice, type FailureChoiceValue } from "./FailureChoice.tsx";
import { parseJson } from "./json.ts";
import { itemTexts } from "./json-text.ts";
import { Preview, WouldBe } from "./Preview.tsx";
import { createSamples, printSample, type Sample } from "./samples.ts";

/** It tells what is counted already. */
const previewing = { scope: "READ" } as const;

const samples = createSamples(Date.now());

const [form, setForm] = createRoot(() =>
  createStore({
    text: samples[0] ? printSample(samples[0]) : "",
    key: "",
    failure: "NONE" as FailureChoiceValue,
    lesson: samples[0]?.lesson ?? "",
    revision: 0,
  }),
);

export const SubmitForm = () => {
  const client = useClient();
  const [isSending, setSending] = createSignal(false);
  const [answered, setAnswered] = createSignal<Answered | null>(null);
  const parsed = createMemo(() => parseJson(form.text));
  const batch = createMemo(() => (isArray(parsed()) ? itemTexts(form.text) : undefined));
  const idempotencyKey = () => (form.key === "" || batch() ? null : form.key);
  const sending = createMemo((): Sending | null => {
    if (parsed().kind === "invalid") return null;
    const simulateFailure = form.failure === "NONE" ? null : form.failure;
    return { text: form.text, isBatch: batch() !== undefined, idempotencyKey: idempotencyKey(), simulateFailure };
  });
  const draft = (): Draft | null => {
    if (parsed().kind === "invalid") return null;
    return { events: batch() ?? [form.text], idempotencyKey: idempotencyKey(), revision: form.revision };
  };
  const whyNoPreview = useWhyNot(previewing);
  const previews = createPreviews({ client, draft: () => (whyNoPreview() ? null : draft()) });
  let last: Sending | undefined;
  let answerPlace: HTMLDivElement | undefined;
  let section: HTMLElement | undefined;

  const send = async (what: Sending | null | undefined) => {
    if (!what || isSending()) return;
    last = what;
    setSending(true);
    setAnswered(await submit(client, what));
    answerPlace?.firstElementChild?.scrollIntoView({ block: "nearest" });
    setSending(false);
    setForm("revision", (before) => before + 1);
  };
  const show = (sample: Sample) =>
    setForm({ text: printSample(sample), key: sample.idempotencyKey ?? "", lesson: sample.lesson });
  useShortcuts(() => [
    { key: "e", label: "Edit the event", run: () => section?.querySelector("textarea")?.focus() },
    { key: "s", label: "Send it", run: () => void send(sending()) },
  ]);

  return (
    <section class="submit" ref={section} aria-label="Send an event">
      <div class="submit-part">
        <h2 class="visually-hidden">What is sent</h2>
        <SampleChoice lesson={form.lesson} onChoose={show} />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(sending());
          }}
        >
          <Editor
            text={form.text}
            parsed={parsed()}
            onText={(text) => setForm({ text, lesson: "" })}
            onSubmit={() => void send(sending())}
          />
          <div class="field">
            <label for="idempotency-key">Idempotency key (optional)</label>
            <input
              id="idempotency-key"
              autocomplete="off"
              spellcheck={false}
              value={form.key}
              disabled={batch() !== undefined}
              placeholder={batch() ? "not for a batch" : "none: the content decides"}
              onInput={(event) => setForm("key", event.currentTarget.value)}
            />
          </div>
          <FailureChoice value={form.failure} onChange={(failure) => setForm("failure", failure)} />
          <div class="send">
            <button type="submit" class="primary" disabled={parsed().kind === "invalid"} aria-disabled={isSending()}>
              <Show when={batch()} fallback="Send event">
                {(events) => `Send batch of ${events().length}`}
              </Show>
            </button>
            <WouldBe shown={previews} />
          </div>
        </form>
        <div ref={answerPlace}>
          <Answer
            answered={answered()}
            isSending={isSending()}
            onSendAgain={() => void send(last ? { ...last, simulateFailure: null } : undefined)}
          />
        </div>
      </div>
      <div class="submit-part">
        <h2 class="visually-hidden">What becomes of it</h2>
        <IfAllowed need={previewing} what="No preview.">
          <Preview shown={previews} count={draft()?.events.length ?? 0} />
        </IfAllowed>
        <CopyAs sending={sending()} />
      </div>
    </section>
  );
};

const SampleChoice = (props: { lesson: string; onChoose: (sample: Sample) => void }) => (
  <fieldset class="samples">
    <legend class="visually-hidden">Samples</legend>
    <For each={samples}>
      {(sample) => (
        <button type="button" aria-pressed={sample.lesson === props.lesson} onClick={() => props.onChoose(sample)}>
          {sample.name}
        </button>
      )}
    </For>
    <p class="quiet samples-lesson">{props.lesson}</p>
  </fieldset>
);

/** An array is a batch: an event itself is never one. */
const isArray = (parsed: ReturnType<typeof parseJson>): boolean =>
  parsed.kind === "valid" && Array.isArray(parsed.value);
