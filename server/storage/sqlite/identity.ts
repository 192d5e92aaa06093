// What is the same event, decided by the two unique indexes of normalized_events: by key, or by content.
import { AppError } from "../../domain/error.ts";
import type { Event, Identity, PreparedEvent } from "../../domain/event.ts";
import { preimage } from "../../domain/fingerprint.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { toEvent, toEventRow } from "../rows.ts";
import type { Drizzle } from "./database.ts";
import { eq, sql } from "./drizzle.ts";
import { prepareRun } from "./statement.ts";
import { normalizedEvents } from "./tables.ts";

interface IdentityLookup {
  /**
   * Finds the event that has this identity.
   * @throws AppError INTERNAL where two different events have one fingerprint.
   */
  holderOf(identity: Identity): Event | undefined;
  /** Finds the event that this one was when it was read by an earlier version of its client's profile. */
  earlierHolderOf(prepared: PreparedEvent): Event | undefined;
}

export const createIdentityLookup = (db: Drizzle): IdentityLookup => {
  const { byKey, byContent } = prepareLookups(db);

  const rowOf = ({ facts, idempotencyKey, fingerprint }: Identity) =>
    idempotencyKey === null
      ? byContent.get({ timestampUs: microsOf(facts.timestamp), fingerprint: Buffer.from(fingerprint, "hex") })
      : byKey.get({ client: facts.client, idempotencyKey });

  const holderOf = (identity: Identity): Event | undefined => {
    const row = rowOf(identity);
    if (row === undefined) return undefined;
    const event = toEvent(row);
    if (event.fingerprint !== identity.fingerprint || preimage(event) === preimage(identity.facts)) return event;
    const message = `Two different events have the fingerprint ${event.fingerprint}. The first is event ${event.seq}.`;
    throw new AppError("INTERNAL", message);
  };

  const earlierHolderOf = ({ earlier = [] }: PreparedEvent): Event | undefined => {
    for (const identity of earlier) {
      const event = holderOf(identity);
      if (event?.fingerprint === identity.fingerprint && event.profileVersion <= identity.profileVersion) return event;
    }
    return undefined;
  };

  return { holderOf, earlierHolderOf };
};

/** Inserts an event; false where another event has its identity, and then nothing is written. */
type IdentityClaim = (event: Event) => boolean;

export const createIdentityClaim = (db: Drizzle): IdentityClaim => {
  const insert = prepareInsert(db);
  return (event) => insert({ ...toEventRow(event) }).changes === 1;
};

/** Writes what an event says now. @throws where another event has its identity. */
export const changeEvent = (db: Drizzle, event: Event): void => {
  const { seq, ...row } = toEventRow(event);
  db.update(normalizedEvents).set(row).where(eq(normalizedEvents.seq, seq)).run();
};

/** Takes an event's identity away, for the time of a transaction: it gets another there. */
export const releaseIdentity = (db: Drizzle, seq: number): void => {
  db.update(normalizedEvents).set({ sameAs: seq }).where(eq(normalizedEvents.seq, seq)).run();
};

const prepareInsert = (db: Drizzle) => {
  const { placeholder } = sql;
  return prepareRun(
    db,
    db
      .insert(normalizedEvents)
      .values({
        seq: placeholder("seq"),
        client: placeholder("client"),
        metric: placeholder("metric"),
        unit: placeholder("unit"),
        amount: placeholder("amount"),
        timestampUs: placeholder("timestampUs"),
        timestampNs: placeholder("timestampNs"),
        receivedAtUs: placeholder("receivedAtUs"),
        fingerprint: placeholder("fingerprint"),
        idempotencyKey: placeholder("idempotencyKey"),
        warnings: placeholder("warnings"),
        profileVersion: placeholder("profileVersion"),
      })
      .onConflictDoNothing(),
  );
};

// The `is (not) null` lets SQLite use the partial index that enforces the identity.
const prepareLookups = (db: Drizzle) => {
  const { placeholder } = sql;
  const { client, idempotencyKey, timestampUs, fingerprint, sameAs } = normalizedEvents;
  const isOfKey = sql`${client} = ${placeholder("client")} and ${idempotencyKey} = ${placeholder("idempotencyKey")}
    and ${idempotencyKey} is not null and ${sameAs} is null`;
  const isOfContent = sql`${timestampUs} = ${placeholder("timestampUs")} and ${fingerprint} = ${placeholder("fingerprint")}
    and ${idempotencyKey} is null and ${sameAs} is null`;
  return {
    byKey: db.select().from(normalizedEvents).where(isOfKey).prepare(),
    byContent: db.select().from(normalizedEvents).where(isOfContent).prepare(),
  };
};
