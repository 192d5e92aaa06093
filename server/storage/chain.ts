// The chain of the log: each entry carries the hash of itself and of the entry before it, so that nothing that was ever
// recorded can change, vanish or be put in between without breaking every hash behind it. Whoever has written down one
// hash can later prove that all up to it is as it was.
//
//   hash(n) = SHA-256(hash(n - 1) in hex, line end, text of entry n);  hash(0) = SHA-256("surecount/log/1", line end, database id)
//
// The text of an entry is JSON, strings as JSON.stringify writes them, of this list: seq, time in microseconds, action,
// client, event, failure, differences, details, job, digest in hex, and for an accepted event its content.
import { hash } from "node:crypto";
import type { Event } from "../domain/event.ts";
import type { NewEntry } from "./outcomes.ts";

const CHAIN_VERSION = "surecount/log/1";

/** An entry with its place in the chain. */
export interface ChainedEntry extends NewEntry {
  readonly digest: Buffer | null;
  readonly hash: Buffer;
}

/** What the chain says of an accepted event: as it was accepted, whatever became of it later. */
export type Content = Pick<
  Event,
  | "client"
  | "metric"
  | "unit"
  | "amount"
  | "timestamp"
  | "fingerprint"
  | "idempotencyKey"
  | "warnings"
  | "profileVersion"
>;

/** The hash before the first entry, in hex. */
export const genesisOf = (databaseId: string): string => hash("sha256", `${CHAIN_VERSION}\n${databaseId}`);

/** The digest of an event's payload: what was sent may be removed later, and what it was is still known. */
export const digestOfRaw = (rawText: string): string => hash("sha256", rawText);

/** The digest of a failed event: what was sent, and what stands in its way. */
export const digestOfFailure = (rawText: string, problemsText: string): string =>
  hash("sha256", `${rawText}\n${problemsText}`);

/** The hash of an entry, in hex. `content`: of the event that it accepts; null for all other entries. */
export const hashOf = (
  previous: string,
  entry: NewEntry & { readonly digestHex: string | null },
  content: Content | null,
): string => hash("sha256", `${previous}\n${textOf(entry, content)}`);

const textOf = (
  { seq, atUs, action, client, event, failure, differences, details, job, digestHex }: Parameters<typeof hashOf>[1],
  content: Content | null,
): string =>
  JSON.stringify([
    ...[seq, atUs, action, client, event, failure, differences, details, job, digestHex],
    content === null ? null : listOf(content),
  ]);

const listOf = (content: Content): readonly unknown[] => [
  ...[content.client, content.metric, content.unit, content.amount, content.timestamp],
  ...[content.fingerprint, content.idempotencyKey, content.profileVersion],
  content.warnings.map(({ code, path }) => [code, path]),
];

export interface Chain {
  /** Adds an entry at the end. */
  append(entry: NewEntry, digestHex: string | null, content?: Content | null): ChainedEntry;
  /** The hash of the last entry. */
  readonly head: Buffer;
}

/** Goes on behind an entry with this hash, in hex. */
export const createChain = (last: string): Chain => {
  let head = last;
  return {
    append: (entry, digestHex, content = null) => {
      head = hashOf(head, { ...entry, digestHex }, content);
      const digest = digestHex === null ? null : Buffer.from(digestHex, "hex");
      return { ...entry, digest, hash: Buffer.from(head, "hex") };
    },
    get head() {
      return Buffer.from(head, "hex");
    },
  };
};
