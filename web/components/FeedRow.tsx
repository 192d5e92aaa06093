// One entry of the log as a row that opens: what came, what became of it, and why.
import { A } from "@solidjs/router";
import { For, Match, Show, Switch } from "solid-js";
import { actOf, describeAct, describeMotive } from "../acts.ts";
import type { Entry } from "../api/operations.ts";
import { formatAmount, formatPlural } from "../format.ts";
import { Action } from "./Act.tsx";
import { Age, Instant } from "./Age.tsx";
import { Differences } from "./Differences.tsx";
import { Problems } from "./Problems.tsx";

export const FeedRow = (props: { entry: Entry; onToggle: () => void }) => (
  <li data-seq={props.entry.seq} data-outcome={props.entry.action}>
    <details class="row" onToggle={() => props.onToggle()}>
      <summary class="row-line">
        <Action action={props.entry.action} />
        <span class="row-client">
          {props.entry.client ?? <span class="quiet">{isOfJob(props.entry) ? "" : "no client"}</span>}
        </span>
        <Subject entry={props.entry} />
        <span class="row-time">
          <Show when={timeOf(props.entry)} fallback="no time">
            {(at) => <Age at={at()} />}
          </Show>
        </span>
        <span class="row-seq">#{props.entry.seq}</span>
      </summary>
      <RowDetail entry={props.entry} />
    </details>
  </li>
);

/** What was done; or what the event says; or, where it could not be read, what is wrong with it. */
const Subject = (props: { entry: Entry }) => (
  <Switch fallback={<Codes entry={props.entry} />}>
    <Match when={actOf(props.entry.action)}>
      {(act) => (
        <span class="row-act">
          {describeAct(act(), props.entry)}
          <Show when={describeMotive(props.entry)}>{(motive) => <span class="row-note">{motive()}</span>}</Show>
        </span>
      )}
    </Match>
    <Match when={props.entry.event}>
      <span class="row-metric">
        {factOf(props.entry, "metric")}
        <Show when={noteOf(props.entry)}>{(note) => <span class="row-note">{note()}</span>}</Show>
      </span>
      <span class="row-amount">
        {formatAmount(factOf(props.entry, "amount") ?? "")} <span class="unit">{factOf(props.entry, "unit")}</span>
      </span>
    </Match>
  </Switch>
);

const isOfJob = ({ action }: Entry): boolean => action === "JOB_STARTED" || action === "JOB_ENDED";

/** When it happened: an act when it was done, an event when its sender says. */
const timeOf = (entry: Entry): string | null | undefined =>
  actOf(entry.action) === undefined ? factOf(entry, "timestamp") : entry.at;

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
        <dt>{actOf(props.entry.action) === undefined ? "Received" : "Done"}</dt>
        <dd>
          <Instant at={props.entry.at} />
        </dd>
      </div>
      <Show when={props.entry.event}>
        {(event) => (
          <div>
            <dt>Event</dt>
            <dd>
              <A href={`/?event=${encodeURIComponent(event().id)}`} noScroll>
                Explain #{event().seq}
              </A>
            </dd>
          </div>
        )}
      </Show>
      <Show when={props.entry.failure}>
        {(failure) => (
          <div>
            <dt>Failure</dt>
            <dd>
              kept, seen {formatPlural(failure().timesSeen, "time")}:{" "}
              <A href={`/failures?list=1&failure=${encodeURIComponent(failure().id)}`}>look at it</A>
            </dd>
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
    <Show when={props.entry.action !== "ACCEPTED" && props.entry.action !== "DUPLICATE" && props.entry.failure}>
      {(failure) => <Problems problems={failure().problems} />}
    </Show>
  </div>
);
