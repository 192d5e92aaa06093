// What was sent beside what was read: each fact with the place it was found at and everything that was done to it.
import { For, Show } from "solid-js";
import type { ExplainedEvent } from "../api/event-operations.ts";
import { Warnings } from "../components/Problems.tsx";
import { RawJson } from "../components/RawJson.tsx";
import { formatAmount, formatExactly } from "../format.ts";
import { timeZone } from "../times.ts";
import { type FactReading, factsByPath, readingsOf } from "./reading-steps.ts";

export const EventReading = (props: { explained: ExplainedEvent }) => {
  const event = () => props.explained.event;
  const steps = () => props.explained.steps ?? [];
  return (
    <section class="event-reading" aria-label="What was sent and what was read">
      <div>
        <h3>What was sent</h3>
        <Show
          when={props.explained.rawText}
          fallback={
            <>
              <p class="quiet">Retention has removed it. Its identity and its figures stay.</p>
              <Warnings warnings={event().warnings} />
            </>
          }
        >
          {(text) => <RawJson text={text()} problems={[]} warnings={event().warnings} facts={factsByPath(steps())} />}
        </Show>
      </div>
      <div>
        <h3>What was read</h3>
        <dl class="read-facts">
          <For each={factsOf(event())}>
            {({ fact, value }) => (
              <div data-fact={fact}>
                <dt>{fact}</dt>
                <dd>
                  <span class="read-value">{value ?? <span class="quiet">none</span>}</span>
                  <Show when={readingsOf(steps()).find((reading) => reading.fact === fact)}>
                    {(reading) => <Way reading={reading()} />}
                  </Show>
                </dd>
              </div>
            )}
          </For>
        </dl>
      </div>
    </section>
  );
};

const factsOf = (event: ExplainedEvent["event"]) => [
  { fact: "client", value: event.client },
  { fact: "metric", value: event.metric },
  { fact: "amount", value: formatAmount(event.amount) },
  { fact: "unit", value: event.unit },
  { fact: "timestamp", value: formatExactly({ at: event.timestamp, zone: timeZone() })[0] },
];

/** From the value as it was sent to the one that counts. */
const Way = (props: { reading: FactReading }) => (
  <ol class="way">
    <li>
      <code>{props.reading.path}</code>
      <Show when={props.reading.found}>{(found) => <span class="quiet">, {found()}</span>}</Show>
      <Show when={props.reading.changes.length > 0} fallback={<span class="quiet">, as it was sent</span>}>
        : <code>{props.reading.sent}</code>
      </Show>
    </li>
    <For each={props.reading.changes}>
      {(change) => (
        <li data-rule={change.rule} title={change.rule}>
          <span aria-hidden="true">→ </span>
          <code>{change.after ?? "nothing"}</code> <span class="quiet">{change.words}</span>
        </li>
      )}
    </For>
  </ol>
);
