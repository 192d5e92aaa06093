// What is the same event, decided by the two unique indexes of normalized_events: by key, or by content.
import { AppError } from "../../domain/error.ts";
import type { Event, PreparedEvent } from "../../domain/event.ts";
import { preimage } from "../../domain/fingerprint.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { toEvent, toEventRow } from "../rows.ts";
import type { Drizzle } from "./database.ts";
import { sql } from "./drizzle.ts";
import { prepareRun } from "./statement.ts";
import { normalizedEvents } from "./tables.ts";

/**
 * Finds the event that has the identity of another.
 * @throws AppError INTERNAL where two different events have one fingerprint.
 */
type IdentityLookup = (prepared: PreparedEvent) => Event | undefined;

export const createIdentityLookup = (db: Drizzle): IdentityLookup => {
  const { byKey, byContent } = prepareLookups(db);

  const rowOf = ({ facts, idempotencyKey, fingerprint }: PreparedEvent) =>
    idempotencyKey === null
      ? byContent.get({ timestampUs: microsOf(facts.timestamp), fingerprint: Buffer.from(fingerprint, "hex") })
      : byKey.get({ client: facts.client, idempotencyKey });

  return (prepared) => {
    const row = rowOf(prepared);
    if (row === undefined) return undefined;
    const event = toEvent(row);
    if (event.fingerprint !== prepared.fingerprint || preimage(event) === preimage(prepared.facts)) return event;
    const message = `Two different events have the fingerprint ${event.fingerprint}. The first is event ${event.seq}.`;
    throw new AppError("INTERNAL", message);
  };
};

/** Inserts an event; false where another event has its identity, and then nothing is written. */
type IdentityClaim = (event: Event) => boolean;

export const createIdentityClaim = (db: Drizzle): IdentityClaim => {
  const insert = prepareInsert(db);
  return (event) => insert({ ...toEventRow(event) }).changes === 1;
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
      })
      .onConflictDoNothing(),
  );
};

// The `is (not) null` lets SQLite use the partial index that enforces the identity.
const prepareLookups = (db: Drizzle) => {
  const { placeholder } = sql;
  const { client, idempotencyKey, timestampUs, fingerprint } = normalizedEvents;
  const isOfKey = sql`${client} = ${placeholder("client")} and ${idempotencyKey} = ${placeholder("idempotencyKey")}
    and ${idempotencyKey} is not null`;
  const isOfContent = sql`${timestampUs} = ${placeholder("timestampUs")} and ${fingerprint} = ${placeholder("fingerprint")}
    and ${idempotencyKey} is null`;
  return {
    byKey: db.select().from(normalizedEvents).where(isOfKey).prepare(),
    byContent: db.select().from(normalizedEvents).where(isOfContent).prepare(),
  };
};
