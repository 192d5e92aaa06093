// Counters and histograms for Prometheus. What is cheap to count is counted where it happens.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Outcome } from "./domain/event.ts";

export interface Metrics {
  countOutcome(outcome: Outcome): void;
  observeCommit(events: number, seconds: number): void;
  /** The text that Prometheus reads. */
  text(): Promise<string>;
  readonly contentType: string;
}

interface MetricsDeps {
  readonly subscribers: () => number;
}

export const createMetrics = ({ subscribers }: MetricsDeps): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const outcomes = new Counter({
    name: "surecount_events_total",
    help: "Events received, by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "surecount_commit_duration_seconds",
    help: "Time from the beginning of a transaction to its end on disk.",
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    registers,
  });
  const size = new Histogram({
    name: "surecount_commit_events",
    help: "Events committed together.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  new Gauge({
    name: "surecount_feed_subscribers",
    help: "Readers of the live feed.",
    registers,
    collect() {
      this.set(subscribers());
    },
  });
  return {
    countOutcome: (outcome) => outcomes.inc({ outcome }),
    observeCommit: (events, seconds) => {
      duration.observe(seconds);
      size.observe(events);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
