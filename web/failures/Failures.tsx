// What went wrong, by kind, and every way to repair it. Where one is stands in the address (failure-place.ts).
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import type { Failure } from "../api/failure-operations.ts";
import { createJobs, JobsProvider } from "../api/jobs.ts";
import { operating, useWhyNot } from "../api/viewer.ts";
import { ExportMenu } from "../components/ExportMenu.tsx";
import { JobList } from "../components/JobList.tsx";
import { useShortcuts } from "../shortcuts.ts";
import { BulkDialog, type BulkVerb } from "./BulkDialog.tsx";
import { FailureDetail } from "./FailureDetail.tsx";
import { FailureFilters } from "./FailureFilters.tsx";
import { FailureGroups } from "./FailureGroups.tsx";
import { FailureList } from "./FailureList.tsx";
import {
  filterOf,
  type GroupKey,
  groupParams,
  isFiltered,
  type Params,
  type Place,
  readPlace,
} from "./failure-place.ts";
import { wordsFor } from "./problem-words.ts";
import { Readings } from "./Readings.tsx";
import "../rooms.css";

export const Failures = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const place = () => readPlace(params);
  const go = (changed: Params) => setParams(changed);
  const jobs = createJobs(useClient());
  const [bulk, setBulk] = createSignal<BulkVerb>();
  const [rows, setRows] = createSignal<readonly Failure[]>([]);
  useShortcuts(() => (place().isList ? [{ key: "Escape", label: "Back to all kinds", run: () => go(leaveList) }] : []));
  return (
    <JobsProvider value={jobs}>
      <header class="room-head">
        <Show when={place().isList} fallback={<h1>Failures</h1>}>
          <ListTitle place={place()} onLeave={() => go(leaveList)} />
        </Show>
        <div class="buttons">
          <Show when={!place().isList}>
            <button type="button" onClick={() => go({ list: "1" })}>
              List them one by one
            </button>
          </Show>
          <BulkButton verb="retry" place={place()} onOpen={setBulk} />
          <BulkButton verb="discard" place={place()} onOpen={setBulk} />
          <ExportMenu of="failures" asked={{ ...filterOf(place()) }} />
        </div>
      </header>
      <FailureFilters place={place()} go={go} />
      <JobList />
      <Show when={place().isList} fallback={<FailureGroups place={place()} go={go} />}>
        {/* Keyed by what the group is: an answer that is being tried stays while failed events are opened. */}
        <Show when={place().group && JSON.stringify(place().group)} keyed>
          {(_group) => <GroupReadings group={place().group} rows={rows()} />}
        </Show>
        <div class="split" data-open={place().failure !== null}>
          <FailureList place={place()} go={go} onRows={setRows} />
          <Show when={place().failure}>
            {(id) => <FailureDetail id={id()} group={place().group} onClose={() => go({ failure: undefined })} />}
          </Show>
        </div>
      </Show>
      <Show when={bulk()}>
        {(verb) => (
          <BulkDialog
            verb={verb()}
            filter={filterOf(place())}
            words={wordsOf(place())}
            onClose={() => setBulk(undefined)}
          />
        )}
      </Show>
    </JobsProvider>
  );
};

const leaveList: Params = { ...groupParams(null), list: undefined };

const ListTitle = (props: { place: Place; onLeave: () => void }) => (
  <div class="list-title">
    <button type="button" class="link" onClick={() => props.onLeave()}>
      ← All kinds
    </button>
    <Show when={props.place.group} fallback={<h1>Failed events</h1>}>
      {(group) => (
        <>
          <h1>{wordsFor(group().code)}</h1>
          <p class="quiet">
            <code class="code" data-kind="problem">
              {group().code}
            </code>{" "}
            <Show when={group().path}>
              at <code>{group().path}</code>,{" "}
            </Show>
            {group().client ?? "no client"}
          </p>
        </>
      )}
    </Show>
  </div>
);

const BulkButton = (props: { verb: BulkVerb; place: Place; onOpen: (verb: BulkVerb) => void }) => {
  const whyNot = useWhyNot(operating);
  const refusal = () =>
    whyNot() ??
    (props.place.view === "resolved" || props.place.view === "discarded"
      ? `What was ${props.place.view} cannot be ${props.verb === "retry" ? "retried" : "discarded"}.`
      : null);
  return (
    <button
      type="button"
      aria-disabled={refusal() !== null}
      title={refusal() ?? undefined}
      aria-description={refusal() ?? undefined}
      onClick={() => {
        if (refusal() === null) props.onOpen(props.verb);
      }}
    >
      {props.verb === "retry" ? "Retry" : "Discard"} {props.place.group || isFiltered(props.place) ? "these" : "all"}…
    </button>
  );
};

/** Both readings, where all of the kind are waiting for the same answer. */
const GroupReadings = (props: { group: GroupKey | null; rows: readonly Failure[] }) => {
  const problem = () =>
    props.rows
      .flatMap(({ problems }) => problems)
      .find(({ code, path }) => code === props.group?.code && path === props.group.path);
  return <Show when={problem()}>{(known) => <Readings client={props.group?.client ?? null} problem={known()} />}</Show>;
};

const wordsOf = ({ view, text, client, group }: Place): string =>
  [
    `all ${view} failed events`,
    ...(group === null ? [] : [`of the kind “${wordsFor(group.code)}” of ${group.client ?? "no client"}`]),
    ...(client === "" ? [] : [`of client “${client}”`]),
    ...(text === "" ? [] : [`with “${text}” in them`]),
  ].join(" ");
