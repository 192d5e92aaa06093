// One entry of the log as a row that opens: what came, what became of it, from whom and when.
import { For, Match, Show, Switch } from "solid-js";
import type { Entry } from "../api/operations.ts";
import { Age } from "../components/Age.tsx";
import { formatAmount } from "../format.ts";
import { Action } from "./Act.tsx";
import { actOf, describeAct, describeMotive } from "./acts.ts";
import { factOf, isOfJob, noteOf, timeOf } from "./entry.ts";

export const EntryRow = (props: { entry: Entry; isOpen: boolean; onOpen: () => void }) => (
  <button
    type="button"
    class="entry"
    data-seq={props.entry.seq}
    data-outcome={props.entry.action}
    aria-current={props.isOpen ? "true" : undefined}
    onClick={() => props.onOpen()}
  >
    <span class="entry-action">
      <Action action={props.entry.action} />
    </span>
    <span class="entry-client">
      {props.entry.client ?? <span class="quiet">{isOfJob(props.entry) ? "" : "no client"}</span>}
    </span>
    <Subject entry={props.entry} />
    <span class="entry-time">
      <Show when={timeOf(props.entry)} fallback="no time">
        {(at) => <Age at={at()} />}
      </Show>
    </span>
    <span class="entry-received">
      <Age at={props.entry.at} />
    </span>
    <span class="entry-seq">#{props.entry.seq}</span>
  </button>
);

/** The heads of the columns. */
export const EntryHead = () => (
  <div class="entry entry-head" aria-hidden="true">
    <span class="entry-action">Outcome</span>
    <span class="entry-client">Client</span>
    <span class="entry-subject">Metric</span>
    <span class="entry-amount">Amount</span>
    <span class="entry-time">Event time</span>
    <span class="entry-received">Received</span>
    <span class="entry-seq">Seq</span>
  </div>
);

/** What was done; or what the event says; or, where it could not be read, what is wrong with it. */
const Subject = (props: { entry: Entry }) => (
  <Switch fallback={<Codes entry={props.entry} />}>
    <Match when={actOf(props.entry.action)}>
      {(act) => (
        <span class="entry-subject entry-wide">
          {describeAct(act(), props.entry)}
          <Show when={describeMotive(props.entry)}>{(motive) => <span class="entry-note"> {motive()}</span>}</Show>
        </span>
      )}
    </Match>
    <Match when={props.entry.event}>
      <span class="entry-subject">
        {factOf(props.entry, "metric")}
        <Show when={noteOf(props.entry)}>{(note) => <span class="entry-note"> {note()}</span>}</Show>
      </span>
      <span class="entry-amount">
        {formatAmount(factOf(props.entry, "amount") ?? "")} <span class="unit">{factOf(props.entry, "unit")}</span>
      </span>
    </Match>
  </Switch>
);

const Codes = (props: { entry: Entry }) => (
  <span class="entry-subject entry-wide">
    <For each={props.entry.failure?.problems}>
      {(problem) => (
        <>
          <code class="code" data-kind="problem">
            {problem.code}
          </code>{" "}
        </>
      )}
    </For>
  </span>
);
