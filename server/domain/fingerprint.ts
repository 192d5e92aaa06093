// What makes an event this event and no other: the canonical tuple and its SHA-256. A client in any language can
// compute the same: compact JSON, strings escaped only where JSON demands it (`"` and `\`; nothing else can occur),
// no escapes for other characters, UTF-8. Vectors: fingerprint.vectors.json.
import { hash } from "node:crypto";
import type { Facts, Identity } from "./event.ts";
import type { FailureKind } from "./failure.ts";
import { canonicalJson, type Json } from "./json.ts";

const FINGERPRINT_VERSION = "surecount/1";
const FAILURE_VERSION = "surecount/failure/1";
const MAX_KEY_LENGTH = 255;

/** The exact text whose SHA-256 is the fingerprint: a version line, then the facts as JSON, the unit left out if null. */
export function preimage({ amount, client, metric, timestamp, unit }: Facts): string {
  // Amount and timestamp are digits and signs by now: they need no escaping.
  const tuple = `"amount":"${amount}","client":${JSON.stringify(client)},"metric":${JSON.stringify(metric)},"timestamp":"${timestamp}"`;
  return `${FINGERPRINT_VERSION}\n{${tuple}${unit === null ? "" : `,"unit":${JSON.stringify(unit)}`}}`;
}

/** SHA-256 in hex of the preimage. */
export const fingerprint = (facts: Facts): string => hash("sha256", preimage(facts), "hex");

/** The same text for the same identity. */
export const identityText = ({ facts, fingerprint, idempotencyKey }: Identity): string =>
  JSON.stringify(idempotencyKey === null ? [fingerprint] : [facts.client, idempotencyKey]);

/** SHA-256 in hex of the canonical JSON: the same for any order of keys. */
export const rawHash = (raw: Json): string => hash("sha256", canonicalJson(raw), "hex");

/** What makes two events that cannot be counted the same failure. SHA-256 in hex. */
export function failureIdentity(failed: {
  readonly kind: FailureKind;
  readonly client: string | null;
  /** A list where it came with keys that cannot be used: they may still tell one event from another. */
  readonly idempotencyKey: string | readonly string[] | null;
  readonly raw: Json;
}): string {
  const tuple = JSON.stringify([failed.kind, failed.client, failed.idempotencyKey, rawHash(failed.raw)]);
  return hash("sha256", `${FAILURE_VERSION}\n${tuple}`, "hex");
}

/** True for 1 to 255 well-formed code points: what may be used as an idempotency key. */
export function isIdempotencyKey(text: string): boolean {
  if (text.length === 0 || text.length > 2 * MAX_KEY_LENGTH || !text.isWellFormed()) return false;
  return text.length <= MAX_KEY_LENGTH || [...text].length <= MAX_KEY_LENGTH;
}
