// The parts of webhooks, connected: what people do with endpoints, and how a delivery is sent.
import type { Micros } from "../domain/calendar.ts";
import { createLatest } from "../latest.ts";
import type { Storage } from "../storage/storage.ts";
import type { Metrics } from "../watch/metrics.ts";
import type { WebhookStanding } from "../watch/webhook-metrics.ts";
import { createDeliver, type Deliver } from "./deliver.ts";
import { createEndpoints, type Endpoints } from "./endpoints.ts";
import { createKeyring } from "./keyring.ts";
import type { Sender } from "./sender.ts";
import type { WebhookReach } from "./target.ts";

/** The metrics ask the database no more often. */
const EVERY_MS = 5_000;
const LIMIT_MS = 1_500;

interface WebhooksDeps {
  readonly storage: Pick<Storage, "webhooks" | "perform" | "head" | "databaseId">;
  readonly metrics: Pick<Metrics, "addWebhooks">;
  readonly reach: WebhookReach;
  readonly keyFile: string;
  /** Watches what is sent. */
  readonly sending?: (send: Sender["send"]) => Sender["send"];
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
}

export interface WebhooksParts {
  readonly endpoints: Endpoints;
  readonly deliver: Deliver;
  /** How many entries have not been looked at for the endpoint that is furthest behind; null where nobody can tell. */
  lag(): Promise<number | null>;
  close(): Promise<void>;
}

export const createWebhooks = ({ storage, metrics, reach, keyFile, sending, now }: WebhooksDeps): WebhooksParts => {
  const standing = createLatest({
    ask: async () => ({ head: await storage.head(), endpoints: await storage.webhooks.endpoints() }),
    ...{ everyMs: EVERY_MS, limitMs: LIMIT_MS },
  });
  const { observeAttempt } = metrics.addWebhooks(standing);
  const keyring = createKeyring(keyFile);
  const sender = openSender({ reach, now });
  const { databaseId } = storage;
  const send = sending === undefined ? sender.send : sending(sender.send);
  const deliver = createDeliver({ databaseId, keyring, sender: { send }, now, onAnswer: observeAttempt });
  return {
    endpoints: createEndpoints({ storage, keyring, deliver, reach, now }),
    deliver,
    lag: async () => lagOf(await standing()),
    close: sender.close,
  };
};

/** Its client of HTTP takes a tenth of a start to load, which a server that sends nothing does not wait for. */
const openSender = (deps: Pick<WebhooksDeps, "reach" | "now">): Sender => {
  let opening: Promise<Sender> | null = null;
  const open = async (): Promise<Sender> => (await import("./sender.ts")).createSender(deps);
  return {
    send: async (...post) => {
      opening ??= open();
      return (await opening).send(...post);
    },
    close: async () => (await opening)?.close(),
  };
};

const lagOf = (standing: WebhookStanding | null): number | null => {
  if (standing === null) return null;
  const enabled = standing.endpoints.filter(({ disabledBecause }) => disabledBecause === null);
  return Math.max(0, ...enabled.map(({ cursor }) => standing.head - cursor));
};
