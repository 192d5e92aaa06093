// One counted event: what was sent, each step of reading it, what makes it this event, the buckets it counts in, what
// happened to it; and taking it out of the figures, or bringing it back.
import { useClient } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { ExplainEventQuery, type ExplainedEvent, UnvoidMutation, VoidMutation } from "../api/event-operations.ts";
import { useNews } from "../api/news.ts";
import { createQuery } from "../api/query.ts";
import { formatAmount, formatCount, formatPlural, formatUtc } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { Instant } from "./Age.tsx";
import { Detail } from "./Detail.tsx";
import { LogList } from "./LogList.tsx";
import { Notice } from "./Notice.tsx";
import { Steps } from "./Preview.tsx";
import { Warnings } from "./Problems.tsx";
import { RawJson } from "./RawJson.tsx";
import { ReasonForm } from "./ReasonForm.tsx";
import "../repair.css";

export const EventDetail = (props: { id: string; onClose: () => void }) => {
  const query = createQuery({ client: useClient(), document: ExplainEventQuery, variables: () => ({ id: props.id }) });
  useNews({ isNews: ({ event }) => event?.id === props.id, task: query.refresh });
  const explained = () => query.data()?.explainEvent;
  return (
    <Detail title={explained() ? `Event #${explained()?.event.seq}` : "Event"} label="Event" onClose={props.onClose}>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <Show when={explained()} fallback={<p class="quiet late">Reading the event</p>}>
        {(known) => <Explained explained={known()} onChange={query.refresh} />}
      </Show>
    </Detail>
  );
};

const Explained = (props: { explained: ExplainedEvent; onChange: () => Promise<void> }) => {
  const event = () => props.explained.event;
  return (
    <>
      <p>
        <strong>{event().voided ? "Does not count." : "Counted once."}</strong> Seen{" "}
        {formatPlural(event().timesSeen, "time")}.
      </p>
      <Show when={event().voiding}>
        {(voiding) => (
          <p class="quiet">
            Taken out <Instant at={voiding().at} />
            {voiding().by === null ? "" : ` by ${voiding().by}`}
            {voiding().reason === null ? "" : `: “${voiding().reason}”`}
            {voiding().sameAs ? `: found to be the same as event #${voiding().sameAs?.seq}` : ""}
          </p>
        )}
      </Show>
      <Voiding explained={props.explained} onChange={props.onChange} />
      <Facts explained={props.explained} />
      <Warnings warnings={event().warnings} />
      <section>
        <h3>What was sent</h3>
        <Show
          when={props.explained.rawText}
          fallback={<p class="quiet">Retention has removed it. Its identity and its figures stay.</p>}
        >
          {(text) => <RawJson text={text()} problems={[]} />}
        </Show>
      </section>
      <Show when={props.explained.steps}>{(steps) => <Steps preview={{ steps: [...steps()] }} />}</Show>
      <details class="disclosure">
        <summary>Identity</summary>
        <p class="quiet">SHA-256 of exactly this text is its fingerprint:</p>
        <pre tabindex="0">{props.explained.preimage}</pre>
        <code>{event().fingerprint}</code>
        <p>
          It is this event by its <code>{props.explained.identity}</code>
        </p>
      </details>
      <section>
        <h3>Where it counts</h3>
        <Buckets explained={props.explained} />
      </section>
      <section>
        <h3>Log</h3>
        <LogList entries={props.explained.log} />
      </section>
    </>
  );
};

const Voiding = (props: { explained: ExplainedEvent; onChange: () => Promise<void> }) => {
  const client = useClient();
  const voiding = createDeed(client, VoidMutation);
  const unvoiding = createDeed(client, UnvoidMutation);
  const [isAsked, ask] = createSignal(false);
  const event = () => props.explained.event;
  const act = async (reason: string) => {
    const given = { id: event().id, reason };
    if (!(await (event().voided ? unvoiding.run(given) : voiding.run(given)))) return;
    ask(false);
    await props.onChange();
  };
  const verb = () => (event().voided ? "Let it count again" : "Void");
  useShortcuts(() => [{ key: "v", label: "Void the event, or let it count again", run: () => ask(true) }]);
  return (
    <Show
      when={isAsked()}
      fallback={
        <div class="buttons">
          <button type="button" onClick={() => ask(true)}>
            {verb()}… <kbd>v</kbd>
          </button>
        </div>
      }
    >
      <ReasonForm
        verb={verb()}
        hint={
          event().voided
            ? "It comes back into all figures."
            : "It leaves all figures and can be brought back. Its identity stays: sent again, it is a duplicate."
        }
        isDoing={voiding.isDoing() || unvoiding.isDoing()}
        onReason={act}
        onCancel={() => ask(false)}
      />
      <Show when={voiding.fault() ?? unvoiding.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
    </Show>
  );
};

const Facts = (props: { explained: ExplainedEvent }) => {
  const event = () => props.explained.event;
  const facts = () => [
    { name: "client", text: event().client },
    { name: "metric", text: event().metric },
    { name: "amount", text: `${formatAmount(event().amount)} ${event().unit ?? ""}` },
    { name: "timestamp", text: formatUtc(event().timestamp) },
    { name: "received", text: formatUtc(event().receivedAt) },
    { name: "key", text: event().idempotencyKey ?? "none" },
    { name: "profile", text: props.explained.profileVersion ? `version ${props.explained.profileVersion}` : "none" },
  ];
  return (
    <dl class="facts">
      <For each={facts()}>
        {(fact) => (
          <div>
            <dt>{fact.name}</dt>
            <dd>{fact.text}</dd>
          </div>
        )}
      </For>
    </dl>
  );
};

const Buckets = (props: { explained: ExplainedEvent }) => (
  <Show
    when={props.explained.buckets.length > 0}
    fallback={<p class="quiet">Nowhere: it was taken out of the figures.</p>}
  >
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Bucket</th>
          <th scope="col" class="number">
            Events
          </th>
          <th scope="col" class="number">
            Sum
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.explained.buckets}>
          {(bucket) => (
            <tr>
              <td>{bucket.from === null ? "all time" : `from ${formatUtc(bucket.from)}`}</td>
              <td class="number" data-label="Events">
                {formatCount(bucket.count)}
              </td>
              <td class="number" data-label="Sum">
                {formatAmount(bucket.sum)}
              </td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  </Show>
);
