// How this server is and what it is doing: asked every two seconds while the page is shown, and not at all while it is
// hidden.
import { useClient } from "@urql/solid";
import { Show } from "solid-js";
import { createJobs, JobsProvider } from "../api/jobs.ts";
import { createSystemWatch } from "../api/system.ts";
import type { System as SystemFigures } from "../api/system-operations.ts";
import { now } from "../clock.ts";
import { Instant } from "../components/Age.tsx";
import { JobList } from "../components/JobList.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatLasting } from "../format.ts";
import { BackupLine } from "./BackupLine.tsx";
import { OperationTable } from "./OperationTable.tsx";
import { SystemGlance } from "./SystemGlance.tsx";
import { SystemHistory } from "./SystemHistory.tsx";
import { DatabaseNow, ProcessNow } from "./SystemNow.tsx";
import { SystemTimes } from "./SystemTimes.tsx";
import "../rooms.css";
import "./system.css";

export const System = () => {
  const api = useClient();
  const jobs = createJobs(api);
  const watch = createSystemWatch(api);
  const system = () => watch.latest()?.system;
  return (
    <JobsProvider value={jobs}>
      <header class="room-head">
        <h1>System</h1>
      </header>
      <Show when={watch.fault()}>{(fault) => <Notice fault={fault()} onRetry={watch.ask} />}</Show>
      <Show
        when={system()}
        fallback={
          <Show when={!watch.fault()}>
            <p class="empty quiet late">Asking the server how it is</p>
          </Show>
        }
      >
        {(system) => (
          <div class="system" data-stale={watch.fault() !== undefined}>
            <SystemGlance system={system()} isCurrent={watch.fault() === undefined} />
            <JobList />
            <div class="system-columns">
              <SystemTimes samples={watch.samples()} system={system()} />
              <ProcessNow samples={watch.samples()} system={system()} />
              <div class="system-column">
                <DatabaseNow samples={watch.samples()} system={system()} />
                <About system={system()} />
              </div>
            </div>
            <SystemHistory />
            <OperationTable samples={watch.samples()} operations={system().operations} />
          </div>
        )}
      </Show>
    </JobsProvider>
  );
};

const backends = { SQLITE: "SQLite", POSTGRESQL: "PostgreSQL" } as const;

const About = (props: { system: SystemFigures }) => (
  <section class="about" aria-label="What it runs on">
    <h2>This server</h2>
    <dl class="facts">
      <div>
        <dt>Surecount</dt>
        <dd>{props.system.version}</dd>
      </div>
      <div>
        <dt>Node</dt>
        <dd>{props.system.node}</dd>
      </div>
      <div>
        <dt>{backends[props.system.backend]}</dt>
        <dd>{props.system.database?.version ?? "–"}</dd>
      </div>
      <div>
        <dt>Up</dt>
        <dd>{formatLasting(now() - Date.parse(props.system.startedAt))}</dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <Instant at={props.system.startedAt} />
        </dd>
      </div>
    </dl>
    <Show when={props.system.backups}>{(backups) => <BackupLine backups={backups()} />}</Show>
    <p class="about-note quiet">
      <Show when={props.system.backend === "POSTGRESQL"} fallback="Prometheus reads the same figures at /metrics.">
        Where several servers share the database, these are the figures of the one that answered. Prometheus reads each
        one's at /metrics.
      </Show>
    </p>
  </section>
);
