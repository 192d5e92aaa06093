// What a delivery says: its body, and what the body tells of each entry. Never what was sent: that may be anything.
import { hash } from "node:crypto";
import type { Entry, Event } from "./event.ts";
import type { Failure } from "./failure.ts";
import { encodeCursor } from "./filter.ts";
import type { Json } from "./json.ts";
import type { Problem } from "./problem.ts";
import { formatMicros } from "./timestamp.ts";
import { TEST_KIND, type WebhookDelivery } from "./webhook.ts";
import { problemsOf } from "./webhook-kinds.ts";

const MAX_PROBLEMS = 5;
const MAX_MESSAGE_LENGTH = 300;

/** The id by which the API knows it too. */
const globalId = (type: string, id: number): string => Buffer.from(`${type}:${id}`).toString("base64");

/** What is told of an entry. */
export const toldOf = (entry: Entry): Json => {
  const { seq, atUs, action, client, event, failure, details, job } = entry;
  return {
    ...{ seq, at: formatMicros(atUs), action, client },
    event: event === null ? null : toldOfEvent(event),
    failure: failure === null ? null : toldOfFailure(failure, problemsOf(entry)),
    ...{ by: details.by ?? null, reason: details.reason ?? details.fault ?? null },
    ...(job === null ? {} : { job: globalId("Job", job) }),
    ...(details.webhook === undefined ? {} : { webhook: details.webhook.name }),
  };
};

const toldOfEvent = ({ seq, metric, unit, amount, timestampUs, fingerprint, idempotencyKey }: Event): Json => ({
  ...{ id: globalId("Event", seq), seq, metric, unit, amount, timestamp: formatMicros(timestampUs) },
  ...{ fingerprint, idempotencyKey },
});

const toldOfFailure = (
  { id, kind, state, idempotencyKey, timesSeen }: Failure,
  problems: readonly Problem[],
): Json => ({
  ...{ id: globalId("FailedEvent", id), kind, state, idempotencyKey, timesSeen },
  problems: problems
    .slice(0, MAX_PROBLEMS)
    .map(({ code, path, message }) => ({ code, path, message: message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed() })),
});

type Identity = Pick<WebhookDelivery, "endpoint" | "kind" | "code" | "fromSeq" | "fromAtUs">;

/**
 * The same for the same delivery, whoever makes it and however often. Where a backup was restored another entry may come
 * to have the seq of one that was told before: by its time it is another.
 */
export const messageIdOf = (databaseId: string, { endpoint, kind, code, fromSeq, fromAtUs }: Identity): string =>
  `msg_${hash("sha256", JSON.stringify([databaseId, endpoint, kind, code, fromSeq, fromAtUs])).slice(0, 32)}`;

/** The body of every attempt. */
export const bodyOf = (databaseId: string, delivery: Omit<WebhookDelivery, "number">): string => {
  const { kind, code, count, fromSeq, toSeq, fromAtUs, toAtUs, entries } = delivery;
  return JSON.stringify({
    type: kind,
    timestamp: formatMicros(fromAtUs),
    data: {
      ...(kind === TEST_KIND ? { test: true } : {}),
      ...{ code, count, isComplete: entries.length === count },
      ...{ from: { seq: fromSeq, at: formatMicros(fromAtUs) }, to: { seq: toSeq, at: formatMicros(toAtUs) } },
      // Where to begin to read the log for all of them.
      after: encodeCursor({ list: "log", databaseId, position: Math.max(fromSeq - 1, 0) }),
      entries,
    },
  });
};
