// What is the same event, decided by the two unique indexes of event_identities: by key, or by content.
import { AppError } from "../../domain/error.ts";
import type { Event, Identity, PreparedEvent } from "../../domain/event.ts";
import { preimage } from "../../domain/fingerprint.ts";
import { NO_PROFILE } from "../../domain/profile.ts";
import { microsOf } from "../../domain/timestamp.ts";
import { toEvent } from "../rows.ts";
import type { Match } from "../storage.ts";
import { and, eq, getTableColumns, type Queries, type SQL, sql } from "./drizzle.ts";
import { arraysOf, prepare, type Statement, unnest, unnestOf } from "./statement.ts";
import { eventIdentities, logHead, normalizedEvents, rawEvents } from "./tables.ts";
import { isBegun } from "./transaction.ts";

/** The event that has an identity, and what was sent for it where that is still kept. */
export interface Holder {
  readonly event: Event;
  readonly rawText: string | null;
}

/** By `identityOf`. */
export type Holders = ReadonlyMap<string, Holder>;

/** The same text for the same identity. */
export const identityOf = ({ facts, idempotencyKey, fingerprint }: Identity): string =>
  idempotencyKey === null ? `content\n${facts.timestamp}\n${fingerprint}` : `key\n${facts.client}\n${idempotencyKey}`;

const { client, idempotencyKey, timestampUs, fingerprint } = getTableColumns(eventIdentities);
const { seq: position } = getTableColumns(logHead);
const asked = { position, client, idempotencyKey, timestampUs, fingerprint };
const { profileVersion } = getTableColumns(normalizedEvents);
/** `takenBy`: the version with which the event of the same group was read that may have just taken the identity. */
const askedOfPast = { ...asked, profileVersion, takenBy: profileVersion };
const holderRow = sql`${eventIdentities.seq}, ${eventIdentities.receivedAtUs}`;

/** Rows of `asked`, under a name. */
const as = (rows: SQL, name: "sent" | "past"): SQL =>
  sql`${rows} as ${sql.raw(name)}(position, client, idempotency_key, "timestamp", fingerprint)`;

// The identity is that of a row of this name. The `is (not) null` lets PostgreSQL use the partial index that enforces it.
export const hasKeyOf = (name: SQL): SQL =>
  sql`${client} = ${name}.client and ${idempotencyKey} = ${name}.idempotency_key and ${idempotencyKey} is not null`;
export const hasContentOf = (name: SQL): SQL =>
  sql`${timestampUs} = ${name}."timestamp" and ${fingerprint} = ${name}.fingerprint and ${idempotencyKey} is null
    and ${name}.idempotency_key is null`;
const [SENT, PAST] = [sql`sent`, sql`past`];

const toRow = (position: number, { facts, idempotencyKey, fingerprint }: Identity) => ({
  ...{ position, client: idempotencyKey === null ? null : facts.client, idempotencyKey },
  ...{ timestampUs: microsOf(facts.timestamp), fingerprint: Buffer.from(fingerprint, "hex") },
});

/** An event and its place in a group, counted from 1. */
export type Placed = readonly [position: number, event: PreparedEvent];

/**
 * The statements that claim the identities of events in a group of `count`. The head of the log already stands at the end
 * of the group. The answers have the seqs of the events that are new. What was counted as an event of an earlier version
 * of its client's profile is not claimed.
 */
export const createIdentityClaim = (db: Queries) => {
  const claim = prepareClaim(db, sql`true`);
  const claimWithPast = prepareClaim(db, hasNoPast);
  return (events: readonly Placed[], { count }: { readonly count: number }): readonly Statement[] => {
    const versions = new Map(events.map(([, event]) => [identityOf(event), event.profileVersion]));
    return inPieces(events).map((piece) => {
      const rows = piece.map(([position, event]) => toRow(position, event));
      const past = piece.flatMap(([position, { earlier = [] }]) =>
        earlier.map((one) => ({
          ...{ ...toRow(position, one), profileVersion: one.profileVersion },
          takenBy: versions.get(identityOf(one)) ?? NO_PROFILE,
        })),
      );
      const values = { ...arraysOf(asked, "sent", rows), count };
      return past.length === 0 ? claim(values) : claimWithPast({ ...values, ...arraysOf(askedOfPast, "past", past) });
    });
  };
};

const prepareClaim = (db: Queries, condition: SQL) =>
  prepare(
    db
      .insert(eventIdentities)
      .select(
        // In their order: of two events in the group with one identity the first is the new one.
        sql`select head.seq - ${sql.placeholder("count")}::bigint + sent.position, head.at, sent.client,
          sent.idempotency_key, sent."timestamp", sent.fingerprint
        from ${logHead} as head, ${as(unnest(asked, "sent"), "sent")}
        where ${isBegun} and ${condition} order by sent.position`,
      )
      .onConflictDoNothing()
      .returning({ seq: eventIdentities.seq }),
  );

// Other content under the same key says nothing of the past.
const hasNoPast = sql`sent.position not in (
  with past as (
    select * from ${unnest(askedOfPast, "past")}
      as past(position, client, idempotency_key, "timestamp", fingerprint, profile_version, taken_by)),
  holders as (
    select past.position, past.profile_version, past.taken_by, ${holderRow} from past join ${eventIdentities}
      on ${hasKeyOf(PAST)} and ${fingerprint} = past.fingerprint
    union all select past.position, past.profile_version, past.taken_by, ${holderRow} from past join ${eventIdentities}
      on ${hasContentOf(PAST)})
  select holders.position from holders
    left join ${normalizedEvents} e on e.seq = holders.seq and e.received_at = holders.received_at
    where coalesce(e.profile_version, holders.taken_by) <= holders.profile_version)`;

/**
 * A statement sees what those before it have claimed. So an event that was, in the past, what another of the group is now,
 * begins a new one; there is hardly ever more than one.
 */
const inPieces = (events: readonly Placed[]): readonly (readonly Placed[])[] => {
  if (events.every(([, { earlier }]) => earlier === undefined)) return events.length === 0 ? [] : [events];
  const pieces: Placed[][] = [];
  const taken = new Set<string>();
  for (const placed of events) {
    const [, event] = placed;
    const isEntangled = event.earlier?.some((identity) => taken.has(identityOf(identity)));
    if (pieces.length === 0 || isEntangled) {
      pieces.push([]);
      taken.clear();
    }
    pieces.at(-1)?.push(placed);
    taken.add(identityOf(event));
  }
  return pieces;
};

/** Finds the events that have these identities. @throws AppError INTERNAL where two have one fingerprint. */
export const holdersOf = async (db: Queries, identities: readonly Identity[]): Promise<Holders> => {
  const ofKind = (isKeyed: boolean) => identities.filter((one) => (one.idempotencyKey !== null) === isKeyed);
  const found = await Promise.all([
    find(db, ofKind(true), hasKeyOf(SENT)),
    find(db, ofKind(false), hasContentOf(SENT)),
  ]);
  return new Map(found.flat());
};

/**
 * The event that this one was when it was read by an earlier version of its client's profile. `below`: what holds an
 * identity since then does not count.
 */
export const pastHolderOf = (
  { earlier = [] }: PreparedEvent,
  holders: Holders,
  { seq: below }: { readonly seq: number } = { seq: Number.POSITIVE_INFINITY },
): Holder | undefined => {
  for (const identity of earlier) {
    const holder = holders.get(identityOf(identity));
    const isSame = holder?.event.fingerprint === identity.fingerprint;
    if (isSame && holder.event.profileVersion <= identity.profileVersion && holder.event.seq < below) return holder;
  }
  return undefined;
};

const find = async (
  db: Queries,
  identities: readonly Identity[],
  isSame: SQL,
): Promise<readonly (readonly [identity: string, holder: Holder])[]> => {
  if (identities.length === 0) return [];
  const sent = identities.map((identity, index) => toRow(index, identity));
  const rows = await db
    .select({ position: sql`sent.position`.mapWith(Number), event: normalizedEvents, rawText: rawEvents.raw })
    .from(as(unnestOf(asked, sent), "sent"))
    .innerJoin(eventIdentities, isSame)
    .innerJoin(normalizedEvents, isSameRow(normalizedEvents, eventIdentities))
    .leftJoin(rawEvents, isSameRow(rawEvents, eventIdentities));
  return rows.flatMap(({ position, event, rawText }) => {
    const identity = identities[position];
    return identity === undefined
      ? []
      : [[identityOf(identity), { event: checked(toEvent(event), identity), rawText }]];
  });
};

/** The time of reception is given too, so that only one partition is looked into. */
const isSameRow = (table: typeof normalizedEvents | typeof rawEvents, identity: typeof eventIdentities) =>
  and(eq(table.seq, identity.seq), eq(table.receivedAtUs, identity.receivedAtUs));

const checked = (event: Event, { fingerprint, facts }: Identity): Event => {
  if (event.fingerprint !== fingerprint || preimage(event) === preimage(facts)) return event;
  const message = `Two different events have the fingerprint ${event.fingerprint}. The first is event ${event.seq}.`;
  throw new AppError("INTERNAL", message);
};

/** What the event would meet if it came now. */
export const match = async (db: Queries, prepared: PreparedEvent): Promise<Match> => {
  const holders = await holdersOf(db, [prepared, ...(prepared.earlier ?? [])]);
  const past = pastHolderOf(prepared, holders);
  if (past !== undefined) return { outcome: "DUPLICATE", event: past.event };
  const event = holders.get(identityOf(prepared))?.event;
  if (event === undefined) return { outcome: "ACCEPTED" };
  return { outcome: event.fingerprint === prepared.fingerprint ? "DUPLICATE" : "CONFLICT", event };
};
