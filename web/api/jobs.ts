// The jobs that a room shows: those that run, whoever began them and whenever, and those that end while one looks. They
// rest in the database, so a reload or a lost connection only means that they are looked for again.
import type { Client } from "@urql/core";
import {
  type Accessor,
  createContext,
  createEffect,
  createMemo,
  createSignal,
  on,
  onCleanup,
  useContext,
} from "solid-js";
import { type Fault, faultOf } from "./fault.ts";
import { CancelJobMutation, type Job, JobProgressSubscription, JobsQuery } from "./job-operations.ts";
import { useLive } from "./live.ts";
import { useNews } from "./news.ts";

const LOOK_BACK = 20;

export interface Jobs {
  /** Newest first. */
  readonly jobs: Accessor<readonly Job[]>;
  /** Why the last cancelling failed. */
  readonly fault: Accessor<Fault | undefined>;
  /** Shows a job that was just begun. */
  follow(job: Job | null): void;
  cancel(id: string): Promise<void>;
  /** Takes a job that has ended off the screen. */
  dismiss(id: string): void;
}

/** Looks for jobs at once, and again with each that the feed tells of. */
export const createJobs = (client: Client): Jobs => {
  const [jobs, setJobs] = createSignal<readonly Job[]>([]);
  const [fault, setFault] = createSignal<Fault>();
  const live = useLive();
  const watched = new Map<string, () => void>();

  const keep = (job: Job) =>
    setJobs((before) => {
      const isKnown = before.some(({ id }) => id === job.id);
      return isKnown ? before.map((one) => (one.id === job.id ? job : one)) : [job, ...before];
    });
  const leave = (id: string) => {
    watched.get(id)?.();
    watched.delete(id);
  };
  const watch = ({ id }: Job) => {
    if (watched.has(id)) return;
    const { unsubscribe } = client.subscription(JobProgressSubscription, { id }).subscribe(({ data }) => {
      if (!data) return leave(id);
      keep(data.jobProgress);
      if (data.jobProgress.state !== "RUNNING") leave(id);
    });
    watched.set(id, unsubscribe);
  };
  const follow = (job: Job | null) => {
    if (!job) return;
    keep(job);
    if (job.state === "RUNNING") watch(job);
  };
  const look = async () => {
    const { data } = await client.query(JobsQuery, { first: LOOK_BACK }).toPromise();
    const found = data?.jobs.edges.map(({ node }) => node) ?? [];
    const isShown = (job: Job) => jobs().some(({ id }) => id === job.id);
    for (const job of found.toReversed()) if (job.state === "RUNNING" || isShown(job)) follow(job);
  };

  useNews({ isNews: ({ action }) => action === "JOB_STARTED" || action === "JOB_ENDED", task: look });
  // A subscription ends with its connection: it is taken up with the next.
  const kind = createMemo(() => live.connection().kind);
  createEffect(
    on(kind, (kind) => {
      if (kind !== "live") for (const id of [...watched.keys()]) leave(id);
      else void look();
    }),
  );
  void look();
  onCleanup(() => {
    for (const id of [...watched.keys()]) leave(id);
  });

  return {
    jobs,
    fault,
    follow,
    cancel: async (id) => {
      const { data, error } = await client.mutation(CancelJobMutation, { id }).toPromise();
      setFault(data ? undefined : faultOf(error));
      if (data) keep(data.cancelJob);
    },
    dismiss: (id) => setJobs((before) => before.filter((job) => job.id !== id)),
  };
};

const JobsContext = createContext<Jobs>();
export const JobsProvider = JobsContext.Provider;

/** The jobs of the room. */
export const useJobs = (): Jobs => {
  const jobs = useContext(JobsContext);
  if (!jobs) throw new Error("useJobs needs a JobsProvider above it.");
  return jobs;
};
