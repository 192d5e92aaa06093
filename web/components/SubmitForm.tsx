// A place to send events by hand: samples that teach, a preview while typing, and the answer in full.
import { useClient } from "@urql/solid";
import { createMemo, createSignal, For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import { faultOf } from "../api/fault.ts";
import { IngestBatchMutation, IngestMutation } from "../api/operations.ts";
import { createPreviews, type Draft } from "../api/previews.ts";
import { parseJson } from "../json.ts";
import { createSamples, printSample, type Sample } from "../samples.ts";
import { Answer, type Answered } from "./Answer.tsx";
import { Editor } from "./Editor.tsx";
import { FailureChoice, type FailureChoiceValue } from "./FailureChoice.tsx";
import { Preview, WouldBe } from "./Preview.tsx";

interface Submission {
  readonly value: unknown;
  readonly idempotencyKey: string | null;
  readonly failure: FailureChoiceValue;
}

const samples = createSamples(Date.now());

export const SubmitForm = () => {
  const client = useClient();
  const [form, setForm] = createStore({
    text: samples[0] ? printSample(samples[0]) : "",
    key: "",
    failure: "NONE" as FailureChoiceValue,
    lesson: samples[0]?.lesson ?? "",
    isSending: false,
    revision: 0,
  });
  const [answered, setAnswered] = createSignal<Answered | null>(null);
  const parsed = createMemo(() => parseJson(form.text));
  const batch = () => batchOf(parsed());
  const idempotencyKey = () => (form.key === "" || batch() ? null : form.key);
  const draft = (): Draft | null => {
    const json = parsed();
    if (json.kind === "invalid") return null;
    return { events: batch() ?? [json.value], idempotencyKey: idempotencyKey(), revision: form.revision };
  };
  const previews = createPreviews({ client, draft });
  let last: Submission | undefined;
  let answerPlace: HTMLDivElement | undefined;

  const send = async (submission: Submission) => {
    if (form.isSending) return;
    last = submission;
    setForm("isSending", true);
    const answer = await submit(client, submission);
    setAnswered(answer);
    answerPlace?.scrollIntoView({ block: "nearest" });
    setForm((before) => ({ isSending: false, revision: before.revision + 1 }));
  };
  const sendForm = () => {
    const json = parsed();
    if (json.kind === "valid")
      void send({ value: json.value, idempotencyKey: idempotencyKey(), failure: form.failure });
  };
  const sendAgain = () => {
    if (last) void send({ ...last, failure: "NONE" });
  };
  const show = (sample: Sample) =>
    setForm({ text: printSample(sample), key: sample.idempotencyKey ?? "", lesson: sample.lesson });

  return (
    <section class="submit" id="submit" tabindex="-1" aria-labelledby="submit-title">
      <header class="section-head">
        <h2 id="submit-title">Send an event</h2>
      </header>
      <SampleChoice lesson={form.lesson} onChoose={show} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          sendForm();
        }}
      >
        <Editor
          text={form.text}
          parsed={parsed()}
          onText={(text) => setForm({ text, lesson: "" })}
          onSubmit={sendForm}
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
          <button type="submit" class="primary" disabled={parsed().kind === "invalid"} aria-disabled={form.isSending}>
            <Show when={batch()} fallback="Send event">
              {(events) => `Send batch of ${events().length}`}
            </Show>
          </button>
          <WouldBe shown={previews} />
        </div>
      </form>
      <div ref={answerPlace}>
        <Answer answered={answered()} onSendAgain={sendAgain} />
      </div>
      <Preview shown={previews} count={draft()?.events.length ?? 0} />
    </section>
  );
};

const SampleChoice = (props: { lesson: string; onChoose: (sample: Sample) => void }) => (
  <fieldset class="samples">
    <legend class="visually-hidden">Samples</legend>
    <For each={samples}>
      {(sample) => (
        <button type="button" onClick={() => props.onChoose(sample)}>
          {sample.name}
        </button>
      )}
    </For>
    <p class="quiet samples-lesson">{props.lesson}</p>
  </fieldset>
);

/** An array is a batch: an event itself is never one. */
const batchOf = (parsed: ReturnType<typeof parseJson>): readonly unknown[] | undefined =>
  parsed.kind === "valid" && Array.isArray(parsed.value) ? parsed.value : undefined;

const submit = async (client: ReturnType<typeof useClient>, submission: Submission): Promise<Answered> => {
  const { value, idempotencyKey, failure } = submission;
  const simulateFailure = failure === "NONE" ? null : failure;
  if (Array.isArray(value)) {
    // Any one item's failure is that of the whole request.
    const events = value.map((event, index) => ({ event, simulateFailure: index === 0 ? simulateFailure : null }));
    const { data, error } = await client.mutation(IngestBatchMutation, { input: { events } }).toPromise();
    if (data) return { kind: "batch", results: data.ingestEvents.results, at: Date.now() };
    return { kind: "fault", fault: faultOf(error), failure: simulateFailure };
  }
  const input = { event: value, idempotencyKey, simulateFailure };
  const { data, error } = await client.mutation(IngestMutation, { input }).toPromise();
  if (data) return { kind: "result", result: data.ingestEvent, at: Date.now() };
  return { kind: "fault", fault: faultOf(error), failure: simulateFailure };
};
