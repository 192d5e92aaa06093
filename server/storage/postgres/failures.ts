// Failed events: recorded once however often they are seen, resolved when their event is counted after all.
import type { PreparedEvent } from "../../domain/event.ts";
import type { Failure } from "../../domain/failure.ts";
import type { FailureFilter, Range } from "../../domain/filter.ts";
import { failureIdentity } from "../../domain/fingerprint.ts";
import type { NewFailure } from "../outcomes.ts";
import { toFailure } from "../rows.ts";
import { contains, containsInJson, inRange, oneOf, orderOf } from "./conditions.ts";
import {
  and,
  count,
  eq,
  exists,
  getTableColumns,
  gte,
  inArray,
  lt,
  or,
  type Queries,
  type SQL,
  sql,
} from "./drizzle.ts";
import { arraysOf, prepare, type Statement, unnest, unnestOf } from "./statement.ts";
import { failedEvents, failureCodes } from "./tables.ts";

const { raw: _raw, identity, ...columns } = getTableColumns(failedEvents);

/** A failure that an event of the group has closed. */
interface Resolution {
  readonly id: number;
  /** The place of that event in the log. */
  readonly seq: number;
  /** The event that it is: itself, or the one that it repeats. */
  readonly event: number;
}

/** An event that was counted, at its place in the group. */
interface Counted {
  readonly prepared: PreparedEvent;
  readonly seq: number;
  /** The seq of the event that it is. */
  readonly event: number;
}

/** The statement that asks which clients have open failures: most have none, and then nothing has to be looked for. */
export const createOpenQuestion = (db: Queries): ((clients: readonly string[]) => Statement) => {
  const asked = { client: failedEvents.client };
  const question = prepare(
    db
      .select({ client: sql`asked.client`.as("client") })
      .from(sql`${unnest(asked, "asked")} as asked(client)`)
      .where(sql`exists (select from ${failedEvents} f where f.client = asked.client and f.state = 'OPEN')`),
  );
  return (clients) =>
    question(
      arraysOf(
        asked,
        "asked",
        clients.map((client) => ({ client })),
      ),
    );
};

/** Adds the failures of a group, or counts more sightings of them. Each as it was at its place, by seq. */
export const recordFailures = async (
  db: Queries,
  sightings: readonly NewFailure[],
): Promise<ReadonlyMap<number, Failure>> => {
  if (sightings.length === 0) return new Map();
  const byIdentity = Map.groupBy(sightings, (sighting) => sighting.identity);
  const rows = [...byIdentity.values()].flatMap((same) => {
    const [first, last] = [same[0], same.at(-1)];
    return first === undefined || last === undefined ? [] : [toRow(first, last, same.length)];
  });
  const recorded = await upsert(db, rows);
  await insertCodes(db, sightings, new Set(recorded.map(({ id }) => id)));
  return new Map(
    recorded.flatMap((row) => {
      const same = byIdentity.get(row.identity.toString("hex")) ?? [];
      const before = row.timesSeen - same.length;
      return same.map(({ id: seq }, index) => [seq, toFailure({ ...row, timesSeen: before + index + 1 })] as const);
    }),
  );
};

const toRow = (first: NewFailure, last: NewFailure, timesSeen: number) => ({
  ...first,
  state: "OPEN",
  identity: Buffer.from(first.identity, "hex"),
  raw: first.rawText,
  problems: JSON.stringify(first.problems),
  timesSeen,
  firstSeenAtUs: first.atUs,
  lastSeenAtUs: last.atUs,
});

const upsert = (db: Queries, rows: readonly object[]) =>
  db
    .insert(failedEvents)
    .select(sql`select * from ${unnestOf(failedEvents, rows)}`)
    .onConflictDoUpdate({
      target: failedEvents.identity,
      set: {
        timesSeen: sql`${failedEvents.timesSeen} + excluded.times_seen`,
        lastSeenAtUs: sql`excluded.last_seen_at`,
      },
    })
    .returning({ ...columns, identity });

/** Of those that were never seen before: their id is the seq of the first sighting. */
const insertCodes = async (db: Queries, sightings: readonly NewFailure[], ids: ReadonlySet<number>): Promise<void> => {
  const codes = sightings
    .filter(({ id }) => ids.has(id))
    .flatMap(({ id, problems }) =>
      [...new Set(problems.map(({ code }) => code))].map((code) => ({ code, failure: id })),
    );
  if (codes.length > 0) await db.insert(failureCodes).select(sql`select * from ${unnestOf(failureCodes, codes)}`);
};

/**
 * Closes the open failures that the events of a group were, before they could be read: those with the same key, or with
 * the same raw text where there is none. Only those that were seen before the event.
 */
export const resolveFailures = async (db: Queries, counted: readonly Counted[]): Promise<readonly Resolution[]> => {
  if (counted.length === 0) return [];
  const { seq, event } = { seq: failedEvents.id, event: failedEvents.resolvedBy };
  const { client, idempotencyKey } = failedEvents;
  const asked = unnestOf({ seq, event, identity, client, idempotencyKey }, counted.map(toQuestion));
  const { rows } = await db.execute(sql`
    with asked as (select * from ${asked} as asked(seq, event, identity, client, idempotency_key)),
    found as (
      select f.id, asked.seq, asked.event from asked join ${failedEvents} f using (identity) where ${isOpen}
      union all
      select f.id, asked.seq, asked.event from asked join ${failedEvents} f using (client, idempotency_key) where ${isOpen}
    ),
    resolved as (select distinct on (id) * from found order by id, seq)
    update ${failedEvents} f set state = 'RESOLVED', resolved_by = resolved.event
      from resolved where f.id = resolved.id
      returning f.id::float8 as id, resolved.seq::float8 as seq, resolved.event::float8 as event
  `);
  return rows as unknown as readonly Resolution[];
};

/** The first failure that each event closed, by the event's seq. */
export const firstResolved = (resolutions: readonly Resolution[]): ReadonlyMap<number, number> => {
  const first = new Map<number, number>();
  for (const { id, seq } of resolutions) first.set(seq, Math.min(id, first.get(seq) ?? id));
  return first;
};

/** The failures as those saw them that came after the event which closed them. */
export const afterResolution = (
  failed: ReadonlyMap<number, Failure>,
  resolutions: readonly Resolution[],
): ReadonlyMap<number, Failure> => {
  const byId = new Map(resolutions.map((resolution) => [resolution.id, resolution]));
  return new Map(
    Array.from(failed, ([seq, failure]) => {
      const closed = byId.get(failure.id);
      if (closed === undefined || seq < closed.seq) return [seq, failure];
      return [seq, { ...failure, state: "RESOLVED", resolvedBy: closed.event }];
    }),
  );
};

const isOpen = sql`f.state = 'OPEN' and f.kind = 'VALIDATION' and f.id < asked.seq`;

const toQuestion = ({ prepared: { facts, idempotencyKey, rawText }, seq, event }: Counted) => {
  const { client } = facts;
  const of = { kind: "VALIDATION" as const, client, idempotencyKey, raw: JSON.parse(rawText) };
  return { seq, event, identity: Buffer.from(failureIdentity(of), "hex"), client, idempotencyKey };
};

const conditionOf = (db: Queries, filter: FailureFilter): SQL | undefined => {
  const { clients, kinds, states, codes, fromUs, toUs, text } = filter;
  return and(
    oneOf(failedEvents.client, clients),
    oneOf(failedEvents.kind, kinds),
    oneOf(failedEvents.state, states),
    codes === undefined
      ? undefined
      : exists(
          db
            .select({ one: sql`1` })
            .from(failureCodes)
            .where(and(inArray(failureCodes.code, [...codes]), eq(failureCodes.failure, failedEvents.id))),
        ),
    fromUs === undefined ? undefined : gte(failedEvents.lastSeenAtUs, fromUs),
    toUs === undefined ? undefined : lt(failedEvents.lastSeenAtUs, toUs),
    text === undefined
      ? undefined
      : or(containsInJson(failedEvents.raw, text), contains(failedEvents.idempotencyKey, text)),
  );
};

export const failure = async (db: Queries, id: number): Promise<Failure | null> => {
  const [row] = await db.select(columns).from(failedEvents).where(eq(failedEvents.id, id));
  return row === undefined ? null : toFailure(row);
};

export const failures = async (db: Queries, filter: FailureFilter, range: Range): Promise<readonly Failure[]> => {
  const rows = await db
    .select(columns)
    .from(failedEvents)
    .where(and(conditionOf(db, filter), ...inRange(failedEvents.id, range)))
    .orderBy(orderOf(failedEvents.id, range))
    .limit(range.limit);
  return rows.map(toFailure);
};

export const countFailures = async (db: Queries, filter: FailureFilter): Promise<number> => {
  const [row] = await db.select({ count: count() }).from(failedEvents).where(conditionOf(db, filter));
  return row?.count ?? 0;
};

export const rawFailure = async (db: Queries, id: number): Promise<string | null> => {
  const [row] = await db.select({ raw: failedEvents.raw }).from(failedEvents).where(eq(failedEvents.id, id));
  return row?.raw ?? null;
};
