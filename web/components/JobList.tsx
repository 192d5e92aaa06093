// Jobs under way with their progress, and how those ended that one has seen.
import { For, Show } from "solid-js";
import type { Job } from "../api/job-operations.ts";
import { useJobs } from "../api/jobs.ts";
import { operating, useWhyNot } from "../api/viewer.ts";
import { now } from "../clock.ts";
import { formatCount, formatElapsed, formatPlural } from "../format.ts";
import { Notice } from "./Notice.tsx";

export const JobList = () => {
  const jobs = useJobs();
  return (
    <section class="jobs" aria-label="Jobs" hidden={jobs.jobs().length === 0}>
      <For each={jobs.jobs().map(({ id }) => id)}>
        {(id) => (
          <Show when={jobs.jobs().find((job) => job.id === id)}>
            {(job) => <JobRow job={job()} onCancel={() => jobs.cancel(id)} onDismiss={() => jobs.dismiss(id)} />}
          </Show>
        )}
      </For>
      <Show when={jobs.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
    </section>
  );
};

const verbs: Readonly<Record<Job["kind"], { readonly doing: string; readonly did: string; readonly noun: string }>> = {
  RETRY: { doing: "Retrying", did: "Retried", noun: "failed event" },
  DISCARD: { doing: "Discarding", did: "Discarded", noun: "failed event" },
  REPROCESS: { doing: "Reading again", did: "Read again", noun: "event" },
};

const JobRow = (props: { job: Job; onCancel: () => void; onDismiss: () => void }) => {
  const isRunning = () => props.job.state === "RUNNING";
  const whyNot = useWhyNot(operating);
  return (
    <article class="job" data-state={props.job.state} data-kind={props.job.kind}>
      <p class="job-title">
        <strong>{titleOf(props.job)}</strong>{" "}
        <span class="quiet">
          {isRunning() ? "began" : "ended"}{" "}
          {formatElapsed({ sinceAt: Date.parse(props.job.endedAt ?? props.job.startedAt), now: now() })}
          {props.job.by === null ? "" : ` by ${props.job.by}`}
        </span>
      </p>
      <progress
        max={Math.max(1, props.job.total)}
        value={isRunning() ? props.job.done : Math.max(1, props.job.done)}
        aria-label={titleOf(props.job)}
      />
      <p class="job-counts">
        <span>
          {formatCount(props.job.done)} of {formatCount(props.job.total)} done
        </span>
        <span>{formatCount(props.job.succeeded)} succeeded</span>
        <span>{formatCount(props.job.failed)} failed</span>
      </p>
      <Show
        when={isRunning()}
        fallback={
          <button type="button" onClick={() => props.onDismiss()}>
            Dismiss
          </button>
        }
      >
        <Show when={whyNot() === undefined}>
          <button type="button" onClick={() => props.onCancel()}>
            Cancel
          </button>
        </Show>
      </Show>
      <p class="visually-hidden" role="status">
        {isRunning() ? "" : titleOf(props.job)}
      </p>
    </article>
  );
};

const titleOf = ({ kind, state, total, done, error }: Job): string => {
  const { doing, did, noun } = verbs[kind];
  switch (state) {
    case "RUNNING":
      return `${doing} ${formatPlural(total, noun)}`;
    case "DONE":
      return `${did} ${formatPlural(done, noun)}`;
    case "CANCELLED":
      return `Cancelled after ${formatPlural(done, noun)}; what is done stays done`;
    case "FAILED":
      return `Given up after ${formatPlural(done, noun)}: ${error ?? "an unexpected fault"}`;
  }
};
