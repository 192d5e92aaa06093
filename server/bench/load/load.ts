// The load generator: keeps a number of requests under way and measures the answers. A process of its own, and lean,
// because it shares the machine with the server that it measures.
import { addTotals, createEventSource, noTotals, type Totals } from "../events.ts";
import { serveParent } from "../parent.ts";
import { latencyOf } from "../statistics.ts";
import type { LoadJob, LoadReport } from "./job.ts";
import { openHttpLanes, openWebSocketLanes, type Request } from "./lanes.ts";
import { targets } from "./target.ts";

const runLoad = async (job: LoadJob): Promise<LoadReport> => {
  const target = targets[job.target];
  const source = createEventSource({ first: job.first, mix: job.mix });
  const meter = createMeter(job);
  const gapMs = job.requestsPerSecond === null ? 0 : 1_000 / job.requestsPerSecond;
  let sent = 0;
  let beganAt = 0;

  const next = (): Request | null => {
    const dueAt = beganAt + sent * gapMs;
    if (meter.isOver(dueAt) || sent === job.maxRequests) return null;
    sent += 1;
    return { body: target.bodyOf(Array.from({ length: job.eventsPerRequest }, source.next)), dueAt };
  };
  const open = job.transport === "http" ? openHttpLanes : openWebSocketLanes;
  const lanes = await open({ url: new URL(job.url), token: job.token, count: job.inFlight });
  beganAt = meter.begin();
  try {
    await lanes.run({ next, onAnswer: (answer, sentAt) => meter.count(target.read(answer), sentAt) });
  } finally {
    lanes.close();
  }
  return { ...meter.report(), expected: source.expected, next: source.made };
};

const createMeter = ({ warmUpMs, durationMs, eventsPerRequest }: LoadJob) => {
  const samplesMs: number[] = [];
  let acknowledged: Totals = noTotals;
  let errors = 0;
  let firstError: string | null = null;
  let startedAt = 0;
  let lastAt = 0;
  return {
    /** The time at which it begins. */
    begin: (): number => {
      startedAt = performance.now() + warmUpMs;
      lastAt = startedAt;
      return startedAt - warmUpMs;
    },
    /** Whether a request that is due then comes too late. */
    isOver: (dueAt: number): boolean => Math.max(dueAt, performance.now()) >= startedAt + durationMs,
    count: (result: Totals | string, sentAt: number): void => {
      const now = performance.now();
      if (typeof result === "string") {
        errors += 1;
        firstError ??= result;
        return;
      }
      acknowledged = addTotals(acknowledged, result);
      // What is answered after the time is over was not measured under full load.
      if (now < startedAt || now > startedAt + durationMs) return;
      lastAt = now;
      samplesMs.push(now - sentAt);
    },
    /** @throws Error where a request got no outcome. */
    report: () => {
      if (firstError !== null) throw new Error(`${errors} requests got no outcome, the first: ${firstError}`);
      const eventsPerSecond = (samplesMs.length * eventsPerRequest * 1_000) / (lastAt - startedAt);
      return { ...latencyOf(Float64Array.from(samplesMs)), eventsPerSecond, acknowledged };
    },
  };
};

serveParent({}, runLoad);
