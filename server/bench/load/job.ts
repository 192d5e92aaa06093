// What a load generator is asked to do, and what it reports.
import type { Mix, Totals } from "../events.ts";
import type { Latency } from "../statistics.ts";
import type { TargetName } from "./target.ts";

export interface LoadJob {
  readonly url: string;
  /** Sent as authorization, over HTTP only; null: none. */
  readonly token: string | null;
  readonly transport: "http" | "websocket";
  readonly target: TargetName;
  /** Requests that are under way at the same time. */
  readonly inFlight: number;
  readonly eventsPerRequest: number;
  readonly warmUpMs: number;
  /** How long the measured part lasts, unless the requests are used up before. */
  readonly durationMs: number;
  readonly maxRequests: number | null;
  /** Requests are sent at this rate; null: each as soon as another is answered. */
  readonly requestsPerSecond: number | null;
  /** Number of the first event; see events.ts. */
  readonly first: number;
  readonly mix: Mix;
}

export interface LoadReport extends Latency {
  readonly eventsPerSecond: number;
  /** Of all answers, those of the warm-up included. */
  readonly acknowledged: Totals;
  /** What the answers must have been. */
  readonly expected: Totals;
  /** Number of the event after the last. */
  readonly next: number;
}
