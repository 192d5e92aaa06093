// An operator in the midst of it: tries everything again that has failed, as a job, which must end although its server is
// killed. What the clients have sent wrong stays wrong, so that nothing of it is ever counted.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Api } from "../demo/api.ts";

const POLL_MS = 50;
const RETRY = "mutation DrillRetry { retryFailedEvents(filter: { states: [OPEN] }) { matched } }";
const JOBS = "query DrillJobs { jobs(first: 20) { edges { node { state } } } }";

const running = z
  .object({ jobs: z.object({ edges: z.array(z.object({ node: z.object({ state: z.string() }) })) }) })
  .transform(({ jobs }) => jobs.edges.some(({ node }) => node.state === "RUNNING"));

/** Begins such a job and waits until none is running any more. What went wrong, in words. */
export const retryAllFailures = async (api: Api, patienceMs: number): Promise<readonly string[]> => {
  // Whoever is killed now does not answer; the job may have begun all the same.
  await api.ask(RETRY).catch(() => undefined);
  const isRunning = (): Promise<boolean> =>
    api.ask(JOBS).then(
      (answer) => running.parse(answer),
      () => true,
    );
  for (const startedAt = performance.now(); await isRunning(); await delay(POLL_MS))
    if (performance.now() - startedAt > patienceMs) return ["A job that tries failed events again does not end."];
  return [];
};
