// The figures of webhooks: what became of attempts at this server, and how far the endpoints of all are behind the log.
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Answer, WebhookEndpoint } from "../domain/webhook.ts";

/** The endpoints, and the last entry of the log. */
export interface WebhookStanding {
  readonly head: number;
  readonly endpoints: readonly WebhookEndpoint[];
}

export interface WebhookMetrics {
  observeAttempt(answer: Pick<Answer, "result" | "durationMs">): void;
}

/** `standing` gives null where the database does not tell. */
export const createWebhookMetrics = (
  registry: Registry,
  standing: () => Promise<WebhookStanding | null>,
): WebhookMetrics => {
  const registers = [registry];
  const attempts = new Counter({
    name: "surecount_webhook_attempts_total",
    help: "Attempts to send a delivery: delivered, refused by the endpoint, or failed without an answer.",
    labelNames: ["result"],
    registers,
  });
  const duration = new Histogram({
    name: "surecount_webhook_attempt_duration_seconds",
    help: "Time from the beginning of an attempt to its answer, or to its failure.",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });
  new Gauge({
    name: "surecount_webhook_lag_entries",
    help: "Entries of the log that were not looked at yet for an endpoint that is enabled.",
    labelNames: ["endpoint"],
    registers,
    async collect() {
      this.reset();
      const now = await standing();
      for (const { id, cursor, disabledBecause } of now?.endpoints ?? [])
        if (disabledBecause === null) this.set({ endpoint: id }, Math.max(0, (now?.head ?? 0) - cursor));
    },
  });
  new Gauge({
    name: "surecount_webhook_endpoints",
    help: "Endpoints of webhooks: those that take what they are sent, those that fail, and those that are disabled.",
    labelNames: ["state"],
    registers,
    async collect() {
      this.reset();
      const counts = { enabled: 0, failing: 0, disabled: 0 };
      for (const endpoint of (await standing())?.endpoints ?? []) counts[stateOf(endpoint)] += 1;
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
  return {
    observeAttempt: ({ result, durationMs }) => {
      attempts.inc({ result: result.toLowerCase() });
      duration.observe(durationMs / 1_000);
    },
  };
};

const stateOf = ({ disabledBecause, failingSinceUs }: WebhookEndpoint): "enabled" | "failing" | "disabled" => {
  if (disabledBecause !== null) return "disabled";
  return failingSinceUs === null ? "enabled" : "failing";
};
