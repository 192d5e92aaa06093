// What opens beside the live list: the event that an entry is about, the failure, or the act itself.
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { Match, Show, Switch } from "solid-js";
import { createJobs, JobsProvider } from "../api/jobs.ts";
import type { Entry } from "../api/operations.ts";
import { Instant } from "../components/Age.tsx";
import { Detail } from "../components/Detail.tsx";
import { EventDetail } from "../events/EventDetail.tsx";
import { FailureDetail } from "../failures/FailureDetail.tsx";
import { Action } from "../log/Act.tsx";
import { actOf, describeAct, describeMotive } from "../log/acts.ts";
import type { Place } from "./live-place.ts";
import "../rooms.css";

/** `entry` is undefined where it is not among the rows: then what it is about is shown all the same. */
export const EntryDetail = (props: { place: Place; entry: Entry | undefined; onClose: () => void }) => (
  <Switch>
    <Match when={props.place.event}>{(id) => <EventDetail id={id()} onClose={props.onClose} />}</Match>
    <Match when={props.place.failure}>{(id) => <Failure id={id()} onClose={props.onClose} />}</Match>
    <Match when={props.place.entry}>
      <Detail title={`Entry #${props.place.entry}`} label="Entry" onClose={props.onClose}>
        <Show when={props.entry} fallback={<p class="quiet">It is not among the entries that are held here.</p>}>
          {(entry) => <ActFacts entry={entry()} />}
        </Show>
      </Detail>
    </Match>
  </Switch>
);

const Failure = (props: { id: string; onClose: () => void }) => (
  <JobsProvider value={createJobs(useClient())}>
    <FailureDetail id={props.id} group={null} onClose={props.onClose} />
  </JobsProvider>
);

const ActFacts = (props: { entry: Entry }) => (
  <>
    <p>
      <Action action={props.entry.action} />
    </p>
    <Show when={actOf(props.entry.action)}>{(act) => <p>{describeAct(act(), props.entry)}</p>}</Show>
    <Show when={describeMotive(props.entry)}>{(motive) => <p class="quiet">{motive()}</p>}</Show>
    <dl class="facts">
      <div>
        <dt>done</dt>
        <dd>
          <Instant at={props.entry.at} />
        </dd>
      </div>
      <Show when={props.entry.client}>
        {(client) => (
          <div>
            <dt>client</dt>
            <dd>
              <A href={`/clients?client=${encodeURIComponent(client())}`}>{client()}</A>
            </dd>
          </div>
        )}
      </Show>
    </dl>
  </>
);
