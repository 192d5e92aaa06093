// What people do with endpoints of webhooks. Each is an act, and so an entry of the log; what the server does with them by
// itself is in workers/webhooks.ts.
import type { Act } from "../domain/act.ts";
import type { Micros } from "../domain/calendar.ts";
import { AppError } from "../domain/error.ts";
import { createSecret } from "../domain/signature.ts";
import type { WebhookDelivery, WebhookEndpoint, WebhookSettings } from "../domain/webhook.ts";
import { webhookKinds } from "../domain/webhook-kinds.ts";
import type { Storage } from "../storage/storage.ts";
import { type Deliver, testOf } from "./deliver.ts";
import type { Keyring } from "./keyring.ts";
import { readTarget, type WebhookReach } from "./target.ts";

const MAX_ENDPOINTS = 100;
const MAX_NAME_LENGTH = 100;
const MAX_CLIENTS = 500;
const MAX_WINDOW_SECONDS = 3_600;
const MAX_GRACE_SECONDS = 7 * 86_400;

type By = string | null;

/** A secret is told once, when it is made. */
export interface Created {
  readonly id: number;
  readonly secret: string;
}

export interface Endpoints {
  /** @throws AppError BAD_USER_INPUT where the settings cannot be used, or there are too many endpoints. */
  create(settings: WebhookSettings, by: By): Promise<Created>;
  /** What is left out stays. */
  change(id: number, settings: Partial<WebhookSettings>, by: By): Promise<void>;
  /** The secret before signs too for as long. */
  rotate(id: number, graceSeconds: number, by: By): Promise<Created>;
  enable(id: number, options: { readonly skipsMissed: boolean }, by: By): Promise<void>;
  disable(id: number, reason: string | null, by: By): Promise<void>;
  remove(id: number, by: By): Promise<void>;
  /** Sends a test now. Gives the delivery that tells what came of it. */
  test(id: number): Promise<WebhookDelivery>;
}

interface EndpointsDeps {
  readonly storage: Pick<Storage, "webhooks" | "perform">;
  readonly keyring: Keyring;
  readonly deliver: Deliver;
  readonly reach: WebhookReach;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
}

export const createEndpoints = ({ storage, keyring, deliver, reach, now }: EndpointsDeps): Endpoints => {
  const { webhooks } = storage;
  const perform = async (act: Act): Promise<number> => {
    const [performed] = await storage.perform([act]);
    if (performed?.kind === "done") return performed.seq;
    throw new AppError("BAD_USER_INPUT", performed?.reason ?? "It was not done.");
  };
  const endpointOf = async (id: number): Promise<WebhookEndpoint> => {
    const endpoint = await webhooks.endpoint(id);
    if (endpoint === null) throw new AppError("BAD_USER_INPUT", "There is no such endpoint.");
    return endpoint;
  };

  return {
    create: async (asked, by) => {
      const settings = checked(asked, reach);
      if ((await webhooks.endpoints()).length >= MAX_ENDPOINTS)
        throw new AppError("BAD_USER_INPUT", `There are ${MAX_ENDPOINTS} endpoints already, which is the most.`);
      const secret = createSecret();
      const id = await perform({ action: "WEBHOOK_CREATED", by, settings, secret: keyring.seal(secret) });
      return { id, secret };
    },
    change: async (endpoint, changes, by) => {
      const { name, url, kinds, clients, windowSeconds } = { ...(await endpointOf(endpoint)), ...changes };
      const settings = checked({ name, url, kinds, clients, windowSeconds }, reach);
      await perform({ action: "WEBHOOK_CHANGED", by, endpoint, settings });
    },
    rotate: async (endpoint, graceSeconds, by) => {
      checkNumber("The time for which both secrets are in force", graceSeconds, MAX_GRACE_SECONDS);
      const secret = createSecret();
      const formerUntilUs = now() + graceSeconds * 1_000_000;
      await perform({ action: "WEBHOOK_ROTATED", by, endpoint, secret: keyring.seal(secret), formerUntilUs });
      return { id: endpoint, secret };
    },
    enable: async (endpoint, { skipsMissed }, by) => {
      await perform({ action: "WEBHOOK_ENABLED", by, endpoint, skipsMissed });
    },
    disable: async (endpoint, reason, by) => {
      await perform({ action: "WEBHOOK_DISABLED", by, endpoint, because: "ASKED", reason });
    },
    remove: async (endpoint, by) => {
      await perform({ action: "WEBHOOK_DELETED", by, endpoint });
    },
    test: async (id) => {
      const endpoint = await endpointOf(id);
      const atUs = now();
      const said = testOf(endpoint, atUs);
      const { retryAfterMs: _notHeeded, ...answer } = await deliver(endpoint, said);
      const delivery = { ...said, state: answer.result === "DELIVERED" ? "DELIVERED" : "FAILED" } as const;
      const number = await webhooks.addTest(delivery, { atUs, answer, nextAttemptAtUs: null });
      if (number === null) throw new AppError("BAD_USER_INPUT", "The endpoint was deleted meanwhile.");
      return { ...delivery, number };
    },
  };
};

const checkNumber = (what: string, seconds: number, most: number): void => {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= most) return;
  throw new AppError("BAD_USER_INPUT", `${what} is 0 to ${most} seconds, not ${seconds}.`);
};

/** @throws AppError BAD_USER_INPUT where they cannot be used. */
const checked = (settings: WebhookSettings, reach: WebhookReach): WebhookSettings => {
  const name = settings.name.trim();
  if (name === "" || name.length > MAX_NAME_LENGTH || !name.isWellFormed() || /\p{Cc}/u.test(name))
    throw new AppError("BAD_USER_INPUT", `Give a name of 1 to ${MAX_NAME_LENGTH} characters.`);
  if (settings.kinds.length === 0) throw new AppError("BAD_USER_INPUT", "Choose at least one kind of entries.");
  if (settings.clients !== null && (settings.clients.length === 0 || settings.clients.length > MAX_CLIENTS))
    throw new AppError("BAD_USER_INPUT", `Name 1 to ${MAX_CLIENTS} clients, or none at all for all of them.`);
  checkNumber("The window", settings.windowSeconds, MAX_WINDOW_SECONDS);
  return {
    ...{ name, url: readTarget(settings.url, reach), windowSeconds: settings.windowSeconds },
    kinds: webhookKinds.filter((kind) => settings.kinds.includes(kind)),
    clients: settings.clients === null ? null : [...new Set(settings.clients)],
  };
};
