// The server's answer to what was sent, as the outcome that it is.
import { A } from "@solidjs/router";
import { For, Match, Show, Switch } from "solid-js";
import type { Fault } from "../api/fault.ts";
import type { FailurePoint, Result } from "../api/operations.ts";
import type { Answered } from "../api/submit.ts";
import { now } from "../clock.ts";
import { Differences } from "../components/Differences.tsx";
import { Notice } from "../components/Notice.tsx";
import { Outcome } from "../components/Outcome.tsx";
import { Problems, Warnings } from "../components/Problems.tsx";
import { formatElapsed, formatPlural } from "../format.ts";

/** The last answer stays, as what it is, until the next is there. */
export const Answer = (props: { answered: Answered | null; isSending: boolean; onSendAgain: () => void }) => (
  <section class="answer" aria-label="Answer" role="status" aria-busy={props.isSending}>
    <Switch>
      <Match when={props.answered?.kind === "result" && props.answered}>
        {(answered) => <EventAnswer result={answered().result} />}
      </Match>
      <Match when={props.answered?.kind === "batch" && props.answered}>
        {(answered) => (
          <ol class="batch">
            <For each={answered().results}>
              {(result) => (
                <li>
                  <EventAnswer result={result} />
                </li>
              )}
            </For>
          </ol>
        )}
      </Match>
      <Match when={props.answered?.kind === "fault" && props.answered}>
        {(answered) => <Notice fault={explained(answered())} retryText="Send again" onRetry={props.onSendAgain} />}
      </Match>
    </Switch>
  </section>
);

const simulated: Readonly<Record<FailurePoint, string>> = {
  BEFORE_TRANSACTION: "It failed before anything was written. Send it again: it is counted once.",
  DURING_TRANSACTION:
    "It failed in the middle of writing, and all of it was rolled back. Send it again: it is counted once.",
  AFTER_COMMIT:
    "It failed after the commit: the event is counted, only the answer was lost. Send it again: it is recognised, and nothing is counted twice.",
};

const explained = ({ fault, failure }: { fault: Fault; failure: FailurePoint | null }): Fault =>
  fault.code === "SIMULATED_FAILURE" && failure ? { ...fault, message: simulated[failure] } : fault;

export const EventAnswer = (props: { result: Result }) => (
  <div class="answered" data-outcome={outcomeOf(props.result)}>
    <Outcome outcome={outcomeOf(props.result)} />
    <p class="answered-text">
      <Told result={props.result} />
    </p>
    <Switch>
      <Match when={props.result.__typename === "EventDuplicate" && props.result}>
        {(result) => (
          <Show when={result().differences.length > 0}>
            <Differences differences={result().differences} caption="Spelled differently, the same event" />
          </Show>
        )}
      </Match>
      <Match when={props.result.__typename === "EventConflict" && props.result}>
        {(result) => <Differences differences={result().differences} caption="The same key, other content" />}
      </Match>
      <Match when={props.result.__typename === "EventRejected" && props.result}>
        {(result) => <Problems problems={result().problems} />}
      </Match>
    </Switch>
    <Warnings warnings={props.result.warnings} />
  </div>
);

const outcomes = {
  EventAccepted: "ACCEPTED",
  EventDuplicate: "DUPLICATE",
  EventConflict: "CONFLICT",
  EventRejected: "REJECTED",
} as const;

const outcomeOf = (result: Result) => outcomes[result.__typename];

/** What became of it, in a sentence, with the way to it. */
const Told = (props: { result: Result }) => (
  <Switch>
    <Match when={props.result.__typename === "EventAccepted" && props.result}>
      {(result) => (
        <>
          Counted once as <EventLink event={result().event} />.
        </>
      )}
    </Match>
    <Match when={props.result.__typename === "EventDuplicate" && props.result}>
      {(result) => (
        <>
          Already counted as <EventLink event={result().event} />, first seen{" "}
          {formatElapsed({ sinceAt: Date.parse(result().receipt.at), now: now() })}. Nothing was counted again.
        </>
      )}
    </Match>
    <Match when={props.result.__typename === "EventConflict" && props.result}>
      {(result) => (
        <>
          The key already belongs to <EventLink event={result().existing} />. Nothing was overwritten; this one is kept
          as a <FailureLink id={result().failure.id} />.
        </>
      )}
    </Match>
    <Match when={props.result.__typename === "EventRejected" && props.result}>
      {(result) => (
        <>
          Not counted: {formatPlural(result().problems.length, "problem")}. Kept as a{" "}
          <FailureLink id={result().failure.id} />, seen {formatPlural(result().failure.timesSeen, "time")}.
        </>
      )}
    </Match>
  </Switch>
);

const EventLink = (props: { event: { readonly id: string; readonly seq: number } }) => (
  <A href={`/events?event=${encodeURIComponent(props.event.id)}`}>#{props.event.seq}</A>
);

const FailureLink = (props: { id: string }) => (
  <A href={`/failures?list=1&failure=${encodeURIComponent(props.id)}`}>failure</A>
);
