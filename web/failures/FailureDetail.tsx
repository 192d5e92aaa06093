// One failed event: what was sent with each problem at its place, what would become of it now, everything that happened
// to it, and what can be done.
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createSignal, For, Match, Show, Switch } from "solid-js";
import { createDeed } from "../api/deed.ts";
import {
  DiscardMutation,
  type ExplainedFailure,
  ExplainFailureQuery,
  ReopenMutation,
  RetryAsSentMutation,
} from "../api/failure-operations.ts";
import { useNews } from "../api/news.ts";
import type { Result } from "../api/operations.ts";
import { createQuery } from "../api/query.ts";
import { operating, useWhyNot } from "../api/viewer.ts";
import { Instant } from "../components/Age.tsx";
import { Detail } from "../components/Detail.tsx";
import { Notice } from "../components/Notice.tsx";
import { Outcome } from "../components/Outcome.tsx";
import { RawJson } from "../components/RawJson.tsx";
import { ReasonForm } from "../components/ReasonForm.tsx";
import { formatPlural } from "../format.ts";
import { LogList } from "../log/LogList.tsx";
import { useShortcuts } from "../shortcuts.ts";
import { EventAnswer } from "../submit/Answer.tsx";
import { FailureStateMark } from "./FailureStateMark.tsx";
import type { GroupKey } from "./failure-place.ts";
import { refusalOf } from "./failure-rules.ts";
import { wordsFor } from "./problem-words.ts";
import { Readings } from "./Readings.tsx";
import { RetryEditor } from "./RetryEditor.tsx";

type Mode = "look" | "edit" | "discard";

/** `group` is the kind whose list stands beside it: what that says already is not said again. */
export const FailureDetail = (props: { id: string; group: GroupKey | null; onClose: () => void }) => {
  const query = createQuery({
    client: useClient(),
    document: ExplainFailureQuery,
    variables: () => ({ id: props.id }),
    keeps: true,
  });
  useNews({ isNews: ({ failure }) => failure?.id === props.id, task: query.refresh });
  const explained = () => query.data()?.explainFailedEvent;
  const title = () => {
    const codes = explained()?.failure.problems.map(({ code }) => wordsFor(code));
    return codes ? codes.join(", ") : "Failed event";
  };
  return (
    <Detail title={title()} label="Failed event" onClose={props.onClose}>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      {/* Keyed: what is being edited or discarded is this failed event, not the next one that is opened. */}
      <Show when={explained()?.failure.id} keyed fallback={<p class="quiet late">Reading the failed event</p>}>
        <Show when={explained()}>
          {(known) => <Explained explained={known()} group={props.group} onChange={query.refresh} />}
        </Show>
      </Show>
    </Detail>
  );
};

const Explained = (props: { explained: ExplainedFailure; group: GroupKey | null; onChange: () => Promise<void> }) => {
  const [mode, setMode] = createSignal<Mode>("look");
  const [answer, setAnswer] = createSignal<Result>();
  const failure = () => props.explained.failure;
  const ambiguous = () => (props.group === null ? failure().problems.filter(({ code }) => isAmbiguous(code)) : []);
  const show = async (result: Result) => {
    setAnswer(result);
    setMode("look");
    await props.onChange();
  };
  return (
    <>
      <p class="failure-facts">
        <FailureStateMark state={failure().state} />
        <Show when={failure().resolvedBy}>
          {(event) => (
            <span>
              by <A href={`/events?event=${encodeURIComponent(event().id)}`}>event #{event().seq}</A>
            </span>
          )}
        </Show>
        <Show when={failure().reason}>{(reason) => <span class="quiet">“{reason()}”</span>}</Show>
        <span class="quiet">
          seen {formatPlural(failure().timesSeen, "time")}, tried again {formatPlural(failure().attempts, "time")}
        </span>
      </p>
      <Actions explained={props.explained} mode={mode()} onMode={setMode} onResult={show} onChange={props.onChange} />
      <Show when={answer()}>
        {(known) => (
          <div role="status">
            <EventAnswer result={known()} />
          </div>
        )}
      </Show>
      <Switch>
        <Match when={mode() === "edit"}>
          <RetryEditor explained={props.explained} onResult={show} onCancel={() => setMode("look")} />
        </Match>
        <Match when={mode() !== "edit"}>
          <For each={ambiguous()}>{(problem) => <Readings client={failure().client} problem={problem} />}</For>
          <RawJson text={props.explained.rawText} problems={failure().problems} />
          <Now explained={props.explained} />
        </Match>
      </Switch>
      <Facts failure={failure()} />
      <section>
        <h3>Log</h3>
        <LogList entries={props.explained.log} />
      </section>
    </>
  );
};

const isAmbiguous = (code: string): boolean => code === "AMBIGUOUS_NUMBER" || code === "AMBIGUOUS_DATE";

const Actions = (props: {
  explained: ExplainedFailure;
  mode: Mode;
  onMode: (mode: Mode) => void;
  onResult: (result: Result) => Promise<void>;
  onChange: () => Promise<void>;
}) => {
  const client = useClient();
  const retrying = createDeed(client, RetryAsSentMutation);
  const discarding = createDeed(client, DiscardMutation);
  const reopening = createDeed(client, ReopenMutation);
  const failure = () => props.explained.failure;
  const whyNot = useWhyNot(operating);
  const refusal = () => {
    const reason = whyNot();
    return reason === undefined ? refusalOf(failure()) : { retry: reason, reopen: reason };
  };
  const retry = async () => {
    if (refusal().retry) return;
    const done = await retrying.run({ id: failure().id });
    await (done ? props.onResult(done.retryFailedEvent) : props.onChange());
  };
  const discard = async (reason: string) => {
    if (!(await discarding.run({ id: failure().id, reason }))) return;
    props.onMode("look");
    await props.onChange();
  };
  const reopen = async () => {
    if (refusal().reopen || !(await reopening.run({ id: failure().id }))) return;
    await props.onChange();
  };
  const change = (mode: Mode) => {
    if (!refusal().retry) props.onMode(props.mode === mode ? "look" : mode);
  };
  useShortcuts(() => [
    { key: "r", label: "Retry the failed event", run: retry },
    { key: "e", label: "Edit and retry it", run: () => change("edit") },
    { key: "d", label: "Discard it", run: () => change("discard") },
    { key: "o", label: "Reopen it", run: reopen },
  ]);
  return (
    <div class="actions">
      <div class="buttons">
        <Act text="Retry" key="r" refusal={refusal().retry} isDoing={retrying.isDoing()} onClick={retry} />
        <Act text="Edit and retry" key="e" refusal={refusal().retry} onClick={() => change("edit")} />
        <Act text="Discard" key="d" refusal={refusal().retry} onClick={() => change("discard")} />
        <Act text="Reopen" key="o" refusal={refusal().reopen} isDoing={reopening.isDoing()} onClick={reopen} />
      </div>
      <Show when={refusal().retry}>{(reason) => <p class="quiet">{reason()}</p>}</Show>
      <Show when={retrying.fault() ?? discarding.fault() ?? reopening.fault()}>
        {(fault) => <Notice fault={fault()} />}
      </Show>
      <Show when={props.mode === "discard"}>
        <ReasonForm
          verb="Discard"
          hint="It shall not count. It stays to be seen, with this reason, and can be reopened."
          isDoing={discarding.isDoing()}
          onReason={discard}
          onCancel={() => props.onMode("look")}
        />
      </Show>
    </div>
  );
};

/** A button that says why it cannot be used. It keeps its place and can be reached, so that the reason is found. */
const Act = (props: {
  text: string;
  key: string;
  refusal: string | null;
  isDoing?: boolean;
  onClick: () => unknown;
}) => (
  <button
    type="button"
    aria-disabled={props.refusal !== null || props.isDoing === true}
    aria-keyshortcuts={props.key}
    title={props.refusal ?? undefined}
    aria-description={props.refusal ?? undefined}
    onClick={() => {
      if (props.refusal === null) props.onClick();
    }}
  >
    {props.text} <kbd>{props.key}</kbd>
  </button>
);

/** What a retry would do: the rules may have changed since, or the event may have come in another way. */
const Now = (props: { explained: ExplainedFailure }) => (
  <Show when={refusalOf(props.explained.failure).retry === null}>
    <p class="would-be">
      Retried now, it would be: <Outcome outcome={props.explained.preview.outcome} />
      <Show when={props.explained.preview.existing}>
        {(event) => (
          <A href={`/events?event=${encodeURIComponent(event().id)}`}>
            {props.explained.preview.outcome === "CONFLICT" ? "its key belongs to" : "it is"} event #{event().seq}
          </A>
        )}
      </Show>
    </p>
  </Show>
);

const Facts = (props: { failure: ExplainedFailure["failure"] }) => (
  <dl class="facts">
    <div>
      <dt>Client</dt>
      <dd>
        <Show when={props.failure.client} fallback={<span class="quiet">could not be read</span>}>
          {(client) => <A href={`/clients?client=${encodeURIComponent(client())}`}>{client()}</A>}
        </Show>
      </dd>
    </div>
    <div>
      <dt>Key</dt>
      <dd>{props.failure.idempotencyKey ?? <span class="quiet">none</span>}</dd>
    </div>
    <div>
      <dt>First seen</dt>
      <dd>
        <Instant at={props.failure.firstSeenAt} />
      </dd>
    </div>
    <div>
      <dt>Last seen</dt>
      <dd>
        <Instant at={props.failure.lastSeenAt} />
      </dd>
    </div>
    <Show when={props.failure.nextAttemptAt}>
      {(at) => (
        <div>
          <dt>Next try</dt>
          <dd>
            <Instant at={at()} />
          </dd>
        </div>
      )}
    </Show>
  </dl>
);
