// One entry of the log as a row that opens: what came, what became of it, and why.
import { For, Show } from "solid-js";
import type { Entry } from "../api/operations.ts";
import { formatAmount, formatPlural } from "../format.ts";
import { Age, Instant } from "./Age.tsx";
import { Differences } from "./Differences.tsx";
import { Outcome } from "./Outcome.tsx";
import { Problems } from "./Problems.tsx";

export const FeedRow = (props: { entry: Entry; onToggle: () => void }) => (
  <li data-seq={props.entry.seq} data-outcome={props.entry.action}>
    <details class="row" onToggle={() => props.onToggle()}>
      <summary class="row-line">
        <Outcome outcome={props.entry.action} />
        <span class="row-client">{props.entry.client ?? <span class="quiet">no client</span>}</span>
        <Subject entry={props.entry} />
        <span class="row-time">
          <Show when={factOf(props.entry, "timestamp")} fallback="no time">
            {(at) => <Age at={at()} />}
          </Show>
        </span>
        <span class="row-seq">#{props.entry.seq}</span>
      </summary>
      <RowDetail entry={props.entry} />
    </details>
  </li>
);

/** What the event says; or, where it could not be read, what is wrong with it. */
const Subject = (props: { entry: Entry }) => (
  <Show when={props.entry.event} fallback={<Codes entry={props.entry} />}>
    <span class="row-metric">
      {factOf(props.entry, "metric")}
      <Show when={noteOf(props.entry)}>{(note) => <span class="row-note">{note()}</span>}</Show>
    </span>
    <span class="row-amount">
      {formatAmount(factOf(props.entry, "amount") ?? "")} <span class="unit">{factOf(props.entry, "unit")}</span>
    </span>
  </Show>
);

const Codes = (props: { entry: Entry }) => (
  <span class="row-codes">
    <For each={props.entry.failure?.problems}>
      {(problem) => (
        <code class="code" data-kind="problem">
          {problem.code}
        </code>
      )}
    </For>
  </span>
);

type Fact = "metric" | "amount" | "unit" | "timestamp";

/** A fact of the event that came: of a conflict the event at hand is the older one, and the difference has the new. */
const factOf = ({ action, event, differences }: Entry, fact: Fact): string | null | undefined => {
  const difference = action === "CONFLICT" ? differences.find(({ path }) => path === fact) : undefined;
  if (!difference) return event?.[fact];
  return typeof difference.received === "string" ? difference.received : null;
};

const noteOf = ({ action, event, differences }: Entry): string | undefined => {
  if (action === "DUPLICATE") return `seen again, first as #${event?.seq}`;
  if (action === "CONFLICT") return `key of #${event?.seq}, another ${differences.map(({ path }) => path).join(", ")}`;
  return undefined;
};

const RowDetail = (props: { entry: Entry }) => (
  <div class="row-detail">
    <dl class="facts">
      <Show when={props.entry.event}>
        {(event) => (
          <div>
            <dt>Event time</dt>
            <dd>
              <Instant at={event().timestamp} />
            </dd>
          </div>
        )}
      </Show>
      <div>
        <dt>Received</dt>
        <dd>
          <Instant at={props.entry.at} />
        </dd>
      </div>
      <Show when={props.entry.failure}>
        {(failure) => (
          <div>
            <dt>Failure</dt>
            <dd>kept, seen {formatPlural(failure().timesSeen, "time")}</dd>
          </div>
        )}
      </Show>
    </dl>
    <Show when={props.entry.action === "DUPLICATE" && props.entry.differences.length === 0}>
      <p class="quiet">Spelled exactly as the first time, as far as that is still kept.</p>
    </Show>
    <Show when={props.entry.differences.length > 0}>
      <Differences
        differences={props.entry.differences}
        caption={
          props.entry.action === "DUPLICATE" ? "Spelled differently, the same event" : "The same key, other content"
        }
      />
    </Show>
    <Show when={props.entry.failure}>{(failure) => <Problems problems={failure().problems} />}</Show>
  </div>
);
