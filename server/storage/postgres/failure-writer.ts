// What is written about failed events: each is recorded once however often it is seen, and resolved when its event is
// counted after all.
import type { PreparedEvent } from "../../domain/event.ts";
import type { Failure } from "../../domain/failure.ts";
import { failureIdentity } from "../../domain/fingerprint.ts";
import type { Changes } from "../acts.ts";
import type { NewFailure } from "../outcomes.ts";
import { problemRowsOf, toFailure } from "../rows.ts";
import { getTableColumns, type Queries, sql } from "./drizzle.ts";
import { arraysOf, prepare, rowsOf, type Statement, settingAll, unnest, unnestAs, unnestOf } from "./statement.ts";
import { failedEvents, failureProblems } from "./tables.ts";

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
  await insertProblems(db, sightings, new Set(recorded.map(({ id }) => id)));
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
  attempts: 0,
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
const insertProblems = async (
  db: Queries,
  sightings: readonly NewFailure[],
  ids: ReadonlySet<number>,
): Promise<void> => {
  const rows = sightings.filter(({ id }) => ids.has(id)).flatMap(({ id, problems }) => problemRowsOf(id, problems));
  if (rows.length > 0) await db.insert(failureProblems).select(sql`select * from ${unnestOf(failureProblems, rows)}`);
};

/**
 * Closes the open failures that the events of a group were, before they could be read: those with the same key, or with
 * the same raw text where there is none, as long as those were seen before the event; and the failures that are tried
 * again with them.
 */
export const resolveFailures = async (db: Queries, counted: readonly Counted[]): Promise<readonly Resolution[]> => {
  if (counted.length === 0) return [];
  const { seq, event } = { seq: failedEvents.id, event: failedEvents.resolvedBy };
  const { client, idempotencyKey, id: retried } = failedEvents;
  const asked = unnestOf({ seq, event, identity, client, idempotencyKey, retried }, counted.map(toQuestion));
  const { rows } = await db.execute(sql`
    with asked as (select * from ${asked} as asked(seq, event, identity, client, idempotency_key, retried)),
    found as (
      select f.id, asked.seq, asked.event from asked join ${failedEvents} f using (identity) where ${isOpen}
      union all
      select f.id, asked.seq, asked.event from asked join ${failedEvents} f using (client, idempotency_key) where ${isOpen}
      union all
      select f.id, asked.seq, asked.event from asked join ${failedEvents} f on f.id = asked.retried where ${isUnresolved}
    ),
    resolved as (select distinct on (id) * from found order by id, seq)
    update ${failedEvents} f set state = 'RESOLVED', resolved_by = resolved.event, next_attempt_at = null
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
      return [seq, { ...failure, state: "RESOLVED", resolvedBy: closed.event, nextAttemptAtUs: null }];
    }),
  );
};

const isEarlier = sql`f.id < asked.seq`;
const isOpen = sql`f.state = 'OPEN' and f.kind = 'VALIDATION' and ${isEarlier}`;
const isUnresolved = sql`f.state in ('OPEN', 'SCHEDULED', 'DEAD') and ${isEarlier}`;

const toQuestion = ({ prepared: { facts, idempotencyKey, rawText, retry }, seq, event }: Counted) => {
  const { client } = facts;
  const of = { kind: "VALIDATION" as const, client, idempotencyKey, raw: JSON.parse(rawText) };
  const identity = Buffer.from(failureIdentity(of), "hex");
  return { seq, event, identity, client, idempotencyKey, retried: retry?.failure };
};

/** The statements by which acts change failures. */
export const createFailureChanges = (db: Queries) => {
  const { id, state, problems, timesSeen, lastSeenAtUs, attempts, nextAttemptAtUs, reason } = failedEvents;
  const said = { state, problems, timesSeen, lastSeenAtUs, attempts, nextAttemptAtUs, reason };
  const changed = { id, ...said };
  const insert = prepare(db.insert(failedEvents).select(rowsOf(failedEvents, "new")));
  const update = prepare(sql`
    update ${failedEvents} f set ${settingAll(said, "changed")}
    from ${unnestAs(changed, "changed")} where f.id = changed.id`);
  const dropProblems = prepare(
    sql`delete from ${failureProblems} where ${failureProblems.failure} = any(${sql.placeholder("ids")}::bigint[])`,
  );
  const putProblems = prepare(db.insert(failureProblems).select(rowsOf(failureProblems, "problems")));

  /** The failures as they are after the acts; which of them are new. */
  return (failures: readonly Failure[], added: ReadonlyMap<number, AddedFailure>): readonly Statement[] => {
    if (failures.length === 0) return [];
    const rows = failures.map((failure) => ({ ...failure, problems: JSON.stringify(failure.problems) }));
    const news = rows.flatMap((row) => {
      const more = added.get(row.id);
      return more === undefined ? [] : [{ ...row, identity: Buffer.from(more.identity, "hex"), raw: more.rawText }];
    });
    const known = rows.filter(({ id }) => !added.has(id));
    const problemRows = failures.flatMap(({ id, problems }) => problemRowsOf(id, problems));
    return [
      insert(arraysOf(failedEvents, "new", news)),
      update(arraysOf(changed, "changed", known)),
      dropProblems({ ids: failures.map(({ id }) => id) }),
      putProblems(arraysOf(failureProblems, "problems", problemRows)),
    ];
  };
};

/** What only a failure that is new brings. */
type AddedFailure = Pick<NonNullable<Changes["newFailure"]>, "identity" | "rawText">;
