// Sends a delivery of an endpoint: what it says, signed with all secrets that are in force. Also tests, which go past the
// queue and are marked as such.
import { randomBytes } from "node:crypto";
import type { Micros } from "../domain/calendar.ts";
import { signedHeaders } from "../domain/signature.ts";
import { type Answer, TEST_KIND, type WebhookDelivery, type WebhookEndpoint } from "../domain/webhook.ts";
import { bodyOf } from "../domain/webhook-message.ts";
import { type Keyring, KeyringError } from "./keyring.ts";
import type { Sender } from "./sender.ts";

interface DeliverDeps {
  readonly databaseId: string;
  readonly keyring: Pick<Keyring, "open">;
  readonly sender: Pick<Sender, "send">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  /** Told of each answer. */
  readonly onAnswer?: (answer: Answer) => void;
}

export type Deliver = (endpoint: WebhookEndpoint, delivery: Said, signal?: AbortSignal) => Promise<Answer>;

type Said = Omit<WebhookDelivery, "number">;

/** @throws the reason of the signal where that fires. */
export const createDeliver = ({ databaseId, keyring, sender, now, onAnswer }: DeliverDeps): Deliver => {
  const inForce = ({ secrets }: WebhookEndpoint): readonly string[] =>
    secrets.filter(({ untilUs }) => untilUs === null || untilUs > now()).map(({ sealed }) => keyring.open(sealed));

  return async (endpoint, delivery, signal) => {
    let secrets: readonly string[];
    try {
      secrets = inForce(endpoint);
    } catch (error) {
      if (error instanceof KeyringError) return unsigned(error);
      throw error;
    }
    const body = bodyOf(databaseId, delivery);
    const message = { id: delivery.id, atSeconds: Math.floor(now() / 1_000_000), body };
    const answer = await sender.send({ url: endpoint.url, headers: signedHeaders(secrets, message), body }, signal);
    onAnswer?.(answer);
    return answer;
  };
};

const unsigned = ({ message }: Error): Answer => ({
  ...{ result: "FAILED", status: null, error: message, response: null, durationMs: 0, retryAfterMs: null },
});

/** A delivery that tells of nothing. */
export const testOf = ({ id: endpoint, cursor }: WebhookEndpoint, nowUs: Micros): Said => ({
  ...{ endpoint, id: `msg_test_${randomBytes(12).toString("hex")}`, kind: TEST_KIND, code: null, state: "FAILED" },
  ...{ count: 0, fromSeq: cursor, toSeq: cursor, fromAtUs: nowUs, toAtUs: nowUs, closesAtUs: nowUs, entries: [] },
  ...{ tries: 0, settledAtUs: nowUs },
});
