// One counted event: what was sent, each step of reading it, what makes it this event, the buckets it counts in, what
// happened to it; and taking it out of the figures, or bringing it back.
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { ExplainEventQuery, type ExplainedEvent, UnvoidMutation, VoidMutation } from "../api/event-operations.ts";
import { useNews } from "../api/news.ts";
import { createQuery } from "../api/query.ts";
import { operating, useWhyNot } from "../api/viewer.ts";
import { CopyableAge, Instant } from "../components/Age.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { Detail } from "../components/Detail.tsx";
import { IfAllowed } from "../components/IfAllowed.tsx";
import { Notice } from "../components/Notice.tsx";
import { ReasonForm } from "../components/ReasonForm.tsx";
import { formatAmount, formatCount, formatPlural, formatUtc } from "../format.ts";
import { LogList } from "../log/LogList.tsx";
import { useShortcuts } from "../shortcuts.ts";
import { EventReading } from "./EventReading.tsx";
import "../rooms.css";

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
      <div class="event-sum">
        <p class="event-amount" data-voided={event().voided}>
          {formatAmount(event().amount)} <span class="unit">{event().unit}</span>
        </p>
        <p>
          <strong>{event().voided ? "Does not count." : "Counted once."}</strong> {describeSightings(props.explained)}
        </p>
        <Show when={event().voiding}>
          {(voiding) => (
            <p class="quiet">
              Taken out <CopyableAge at={voiding().at} />
              {voiding().by === null ? "" : ` by ${voiding().by}`}
              {voiding().reason === null ? "" : `: “${voiding().reason}”`}
              {voiding().sameAs ? `: found to be the same as event #${voiding().sameAs?.seq}` : ""}
            </p>
          )}
        </Show>
      </div>
      <Voiding explained={props.explained} onChange={props.onChange} />
      <EventReading explained={props.explained} />
      <Circumstances explained={props.explained} />
      <Identity explained={props.explained} />
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

/** How often it came, and how often in another spelling, as far as the log that is shown goes. */
const describeSightings = ({ event, log }: ExplainedEvent): string => {
  const seen = event.timesSeen === 1 ? "Seen once" : `Seen ${formatPlural(event.timesSeen, "time")}`;
  const others = log.filter(({ action, differences }) => action === "DUPLICATE" && differences.length > 0).length;
  return others === 0 ? `${seen}.` : `${seen}, ${formatCount(others)} of them in another spelling.`;
};

const Identity = (props: { explained: ExplainedEvent }) => {
  const event = () => props.explained.event;
  const isByKey = () => event().idempotencyKey !== null && props.explained.identity.startsWith("key ");
  return (
    <section class="identity">
      <h3>Identity</h3>
      <Show
        when={isByKey()}
        fallback={<p>Whatever says the same, in any spelling, is this event and is not counted again.</p>}
      >
        <p>
          Whatever this client sends with the key <code>{event().idempotencyKey}</code> is this event, or a conflict
          with it. <CopyButton text={event().idempotencyKey ?? ""} label="copy" name="copy the key" isQuiet />
        </p>
      </Show>
      <p>
        <span class="quiet">Fingerprint </span>
        <code>{event().fingerprint}</code>{" "}
        <CopyButton text={event().fingerprint} label="copy" name="copy the fingerprint" isQuiet />
      </p>
      <details class="disclosure">
        <summary>The text that it is the SHA-256 of</summary>
        <pre tabindex="0">{props.explained.preimage}</pre>
        <CopyButton text={props.explained.preimage} label="Copy the preimage" />
      </details>
    </section>
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
  const whyNot = useWhyNot(operating);
  useShortcuts(() => [
    { key: "v", label: "Void the event, or let it count again", run: () => ask(whyNot() === undefined) },
  ]);
  return (
    <Show
      when={isAsked()}
      fallback={
        <IfAllowed need={operating}>
          <div class="buttons">
            <button type="button" onClick={() => ask(true)}>
              {verb()}… <kbd>v</kbd>
            </button>
          </div>
        </IfAllowed>
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

const Circumstances = (props: { explained: ExplainedEvent }) => (
  <dl class="facts circumstances">
    <div>
      <dt>event time</dt>
      <dd>
        <Instant at={props.explained.event.timestamp} />
      </dd>
    </div>
    <div>
      <dt>received</dt>
      <dd>
        <Instant at={props.explained.event.receivedAt} />
      </dd>
    </div>
    <div>
      <dt>profile</dt>
      <dd>
        <A href={`/clients?client=${encodeURIComponent(props.explained.event.client)}`}>
          {props.explained.profileVersion ? `version ${props.explained.profileVersion}` : "none"}
        </A>
      </dd>
    </div>
  </dl>
);

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
