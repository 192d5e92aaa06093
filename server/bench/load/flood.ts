// A client that does not keep its limit: sends at a steady rate, whatever it is answered, until it is told to end.
import { noTotals, type Totals } from "../events.ts";
import { serveParent } from "../parent.ts";
import { openHttpLanes } from "./lanes.ts";
import { targets } from "./target.ts";

export type FloodJob =
  | {
      readonly kind: "begin";
      readonly url: string;
      readonly client: string;
      readonly requestsPerSecond: number;
      readonly eventsPerRequest: number;
      /** Number of the first event: no two are alike. */
      readonly first: number;
    }
  | { readonly kind: "end" };

export interface FloodReport {
  readonly requests: number;
  /** Requests that were RATE_LIMITED. */
  readonly refused: number;
  readonly acknowledged: Totals;
  readonly expected: Totals;
  /** Number of the event after the last. */
  readonly next: number;
}

const LANES = 16;

let isOver = false;
let running: Promise<FloodReport> | null = null;

const answer = async (job: FloodJob): Promise<object> => {
  if (job.kind === "begin") {
    isOver = false;
    running = flood(job);
    running.catch(() => undefined);
    return {};
  }
  isOver = true;
  return (await running) ?? {};
};

const flood = async (job: Extract<FloodJob, { kind: "begin" }>): Promise<FloodReport> => {
  const { url, client, requestsPerSecond, eventsPerRequest } = job;
  const target = targets.events;
  const lanes = await openHttpLanes({ url: new URL(url), token: null, count: LANES });
  const beganAt = performance.now();
  let [requests, refused, accepted, made] = [0, 0, 0, job.first];
  const event = (): string => {
    made += 1;
    return `{"client":"${client}","metric":"flood","amount":${made},"timestamp":"2026-01-31T12:00:00Z"}`;
  };
  await lanes.run({
    next: () => {
      if (isOver) return null;
      requests += 1;
      const dueAt = beganAt + ((requests - 1) * 1_000) / requestsPerSecond;
      return { body: target.bodyOf(Array.from({ length: eventsPerRequest }, event)), dueAt };
    },
    onAnswer: (answered) => {
      if (answered.json.errors?.[0]?.extensions?.code === "RATE_LIMITED") {
        refused += 1;
        return;
      }
      const totals = target.read(answered);
      if (typeof totals === "string") throw new Error(`A flooding client was answered: ${totals}`);
      accepted += totals.accepted;
    },
  });
  lanes.close();
  // A batch is taken or refused as a whole, and none of its events is like another.
  const totals = { ...noTotals, accepted };
  const expected = { ...noTotals, accepted: (requests - refused) * eventsPerRequest };
  return { requests, refused, acknowledged: totals, expected, next: made };
};

serveParent({}, answer);
