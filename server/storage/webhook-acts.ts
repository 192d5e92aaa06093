// What acts make of endpoints of webhooks. Pure: acts.ts asks here, and both backends write what it says.
import type {
  WebhookAct,
  WebhookChange,
  WebhookCreation,
  WebhookDetails,
  WebhookRotation,
  WebhookStart,
  WebhookStop,
} from "../domain/act.ts";
import type { WebhookEndpoint } from "../domain/webhook.ts";
import type { Turn } from "./outcomes.ts";

/** What is to be written of an endpoint. `resume`: what waited is tried anew, or skipped. */
export type WebhookWrite =
  | { readonly kind: "put"; readonly endpoint: WebhookEndpoint }
  | { readonly kind: "resume"; readonly endpoint: WebhookEndpoint; readonly skipsMissed: boolean }
  | { readonly kind: "remove"; readonly endpoint: WebhookEndpoint };

type Decision =
  | { readonly webhook: WebhookWrite; readonly details: WebhookDetails; readonly reason?: string | null }
  | { readonly refused: string };

/** Secrets that sign at the same time: those before the last few go, however long they were to last. */
const MAX_SECRETS = 3;

/** `endpoint`: as it is before. */
export const decideWebhook = (act: WebhookAct, endpoint: WebhookEndpoint | null, turn: Turn): Decision => {
  if (act.action === "WEBHOOK_CREATED") return create(act, turn);
  if (endpoint === null) return { refused: "There is no such endpoint." };
  switch (act.action) {
    case "WEBHOOK_CHANGED":
      return change(act, endpoint);
    case "WEBHOOK_ROTATED":
      return rotate(act, endpoint, turn);
    case "WEBHOOK_DELETED":
      return { webhook: { kind: "remove", endpoint }, details: briefly(endpoint) };
    case "WEBHOOK_DISABLED":
      return stop(act, endpoint, turn);
    case "WEBHOOK_ENABLED":
      return start(act, endpoint, turn);
    default:
      return act satisfies never;
  }
};

const briefly = ({ id, name, url }: WebhookEndpoint): WebhookDetails => ({
  ...{ endpoint: id, name, host: new URL(url).host },
});

const fully = (endpoint: WebhookEndpoint): WebhookDetails => ({
  ...briefly(endpoint),
  kinds: endpoint.kinds,
  ...(endpoint.clients === null ? {} : { clients: endpoint.clients }),
});

const create = ({ settings, secret }: WebhookCreation, { seq, atUs }: Turn): Decision => {
  const endpoint: WebhookEndpoint = {
    ...{ ...settings, id: seq, secrets: [{ sealed: secret, untilUs: null }], createdAtUs: atUs },
    ...{ disabledBecause: null, disabledAtUs: null, reason: null },
    // It is told of what comes after it.
    ...{ cursor: seq, lastDelivery: 0, lastAttempt: 0, nextAttemptAtUs: null, failingSinceUs: null },
  };
  return { webhook: { kind: "put", endpoint }, details: fully(endpoint) };
};

const change = ({ settings }: WebhookChange, before: WebhookEndpoint): Decision => {
  // Whatever stood in the way of the next attempt may have been the address.
  const endpoint = { ...before, ...settings, nextAttemptAtUs: null };
  return { webhook: { kind: "put", endpoint }, details: fully(endpoint) };
};

const rotate = (act: WebhookRotation, before: WebhookEndpoint, { atUs }: Turn): Decision => {
  const former = before.secrets
    .map(({ sealed, untilUs }) => ({ sealed, untilUs: untilUs ?? act.formerUntilUs }))
    .filter(({ untilUs }) => untilUs > atUs);
  const secrets = [{ sealed: act.secret, untilUs: null }, ...former].slice(0, MAX_SECRETS);
  return { webhook: { kind: "put", endpoint: { ...before, secrets } }, details: briefly(before) };
};

const stop = ({ because, reason }: WebhookStop, before: WebhookEndpoint, { atUs }: Turn): Decision => {
  if (before.disabledBecause !== null) return { refused: "The endpoint is disabled already." };
  const endpoint = { ...before, disabledBecause: because, disabledAtUs: atUs, reason };
  return { webhook: { kind: "put", endpoint }, details: { ...briefly(before), because }, reason };
};

const start = ({ skipsMissed }: WebhookStart, before: WebhookEndpoint, { seq }: Turn): Decision => {
  if (before.disabledBecause === null) return { refused: "The endpoint is not disabled." };
  const endpoint: WebhookEndpoint = {
    ...{ ...before, disabledBecause: null, disabledAtUs: null, reason: null },
    ...{ nextAttemptAtUs: null, failingSinceUs: null, cursor: skipsMissed ? seq : before.cursor },
  };
  return { webhook: { kind: "resume", endpoint, skipsMissed }, details: briefly(endpoint) };
};
