// What is the same event, decided by the two unique indexes of event_identities: by key, or by content.
import { AppError } from "../../domain/error.ts";
import type { Event, PreparedEvent } from "../../domain/event.ts";
import { preimage } from "../../domain/fingerprint.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { toEvent } from "../rows.ts";
import { and, eq, getTableColumns, type Queries, type SQL, sql } from "./drizzle.ts";
import { arraysOf, prepare, type Statement, unnest, unnestOf } from "./statement.ts";
import { eventIdentities, logHead, normalizedEvents, rawEvents } from "./tables.ts";
import { isBegun } from "./transaction.ts";

/** The event that has an identity, and what was sent for it where that is still kept. */
export interface Holder {
  readonly event: Event;
  readonly rawText: string | null;
}

/** The same text for the same identity. */
export const identityOf = ({ facts, idempotencyKey, fingerprint }: PreparedEvent): string =>
  idempotencyKey === null ? `content\n${facts.timestamp}\n${fingerprint}` : `key\n${facts.client}\n${idempotencyKey}`;

const { client, idempotencyKey, timestampUs, fingerprint } = getTableColumns(eventIdentities);
const { seq: position } = getTableColumns(logHead);
const SENT = sql`sent(position, client, idempotency_key, "timestamp", fingerprint)`;
const sent = { position, client, idempotencyKey, timestampUs, fingerprint };

const toIdentity = (prepared: PreparedEvent) => ({
  client: prepared.idempotencyKey === null ? null : prepared.facts.client,
  idempotencyKey: prepared.idempotencyKey,
  timestampUs: microsOf(prepared.facts.timestamp),
  fingerprint: Buffer.from(prepared.fingerprint, "hex"),
});

/**
 * The statement that claims the identities of events, whose places in a group of `count` are counted from 1. The head of
 * the log already stands at the end of the group. The answer has the seqs of the events that are new.
 */
export const createIdentityClaim = (db: Queries) => {
  const statement = prepare(
    db
      .insert(eventIdentities)
      .select(
        // In their order: of two events in the group with one identity the first is the new one.
        sql`select head.seq - ${sql.placeholder("count")}::bigint + sent.position, head.at, sent.client,
          sent.idempotency_key, sent."timestamp", sent.fingerprint
        from ${logHead} as head, ${unnest(sent, "sent")} as ${SENT} where ${isBegun} order by sent.position`,
      )
      .onConflictDoNothing()
      .returning({ seq: eventIdentities.seq }),
  );
  return (
    events: readonly (readonly [position: number, event: PreparedEvent])[],
    { count }: { readonly count: number },
  ): Statement => {
    const rows = events.map(([position, event]) => ({ position, ...toIdentity(event) }));
    return statement({ ...arraysOf(sent, "sent", rows), count });
  };
};

/** Finds the events that have the identities of others, by `identityOf`. @throws AppError INTERNAL where two have one fingerprint. */
export const holdersOf = async (
  db: Queries,
  events: readonly PreparedEvent[],
): Promise<ReadonlyMap<string, Holder>> => {
  const ofKind = (isKeyed: boolean) => events.filter((event) => (event.idempotencyKey !== null) === isKeyed);
  const found = await Promise.all([find(db, ofKind(true), isSameKey), find(db, ofKind(false), isSameContent)]);
  return new Map(found.flat());
};

// The `is (not) null` lets PostgreSQL use the partial index that enforces the identity.
const isSameKey = sql`${client} = sent.client and ${idempotencyKey} = sent.idempotency_key and ${idempotencyKey} is not null`;
const isSameContent = sql`${timestampUs} = sent."timestamp" and ${fingerprint} = sent.fingerprint and ${idempotencyKey} is null`;

const find = async (
  db: Queries,
  events: readonly PreparedEvent[],
  isSame: SQL,
): Promise<readonly (readonly [identity: string, holder: Holder])[]> => {
  if (events.length === 0) return [];
  const asked = events.map((event, index) => ({ position: index, ...toIdentity(event) }));
  const rows = await db
    .select({ position: sql`sent.position`.mapWith(Number), event: normalizedEvents, rawText: rawEvents.raw })
    .from(sql`${unnestOf(sent, asked)} as ${SENT}`)
    .innerJoin(eventIdentities, isSame)
    .innerJoin(normalizedEvents, isSameRow(normalizedEvents, eventIdentities))
    .leftJoin(rawEvents, isSameRow(rawEvents, eventIdentities));
  return rows.flatMap(({ position, event, rawText }) => {
    const prepared = events[position];
    return prepared === undefined
      ? []
      : [[identityOf(prepared), { event: checked(toEvent(event), prepared), rawText }]];
  });
};

/** The time of reception is given too, so that only one partition is looked into. */
const isSameRow = (table: typeof normalizedEvents | typeof rawEvents, identity: typeof eventIdentities) =>
  and(eq(table.seq, identity.seq), eq(table.receivedAtUs, identity.receivedAtUs));

const checked = (event: Event, prepared: PreparedEvent): Event => {
  if (event.fingerprint !== prepared.fingerprint || preimage(event) === preimage(prepared.facts)) return event;
  const message = `Two different events have the fingerprint ${event.fingerprint}. The first is event ${event.seq}.`;
  throw new AppError("INTERNAL", message);
};
