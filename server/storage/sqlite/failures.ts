// Failed events: recorded once however often they are seen, resolved when their event is counted after all.
import type { Micros } from "../../domain/calendar.ts";
import type { PreparedEvent } from "../../domain/event.ts";
import { type Failure, isUnresolved } from "../../domain/failure.ts";
import type { FailureFilter, Range } from "../../domain/filter.ts";
import { failureIdentity } from "../../domain/fingerprint.ts";
import type { Changes } from "../acts.ts";
import type { NewFailure } from "../outcomes.ts";
import { problemRowsOf, toFailure } from "../rows.ts";
import { contains, containsInJson, inRange, oneOf, orderOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import {
  and,
  asc,
  count,
  eq,
  exists,
  getTableColumns,
  gte,
  inArray,
  isNull,
  lt,
  lte,
  or,
  type SQL,
  sql,
} from "./drizzle.ts";
import { prepareGet } from "./statement.ts";
import { failedEvents, failureProblems } from "./tables.ts";

const { raw: _raw, identity: _identity, ...columns } = getTableColumns(failedEvents);
/** What a failure is made of. */
export const failureColumns = columns;

/** What `append` writes about failures, inside its transaction. */
export const createFailureWriter = (db: Drizzle) => {
  const statements = prepareStatements(db);

  /** Whether a client has open failures, by its name, for the time of one transaction. */
  const openByClient = new Map<string, boolean>();

  /** Most clients have none, and then nothing has to be looked for. Asked once for each client in a group. */
  const mayHaveOpen = (client: string): boolean => {
    const known = openByClient.get(client);
    if (known !== undefined) return known;
    const found = statements.anyOpen({ client }) !== undefined;
    openByClient.set(client, found);
    return found;
  };

  /** Adds the failure, or counts one more sighting of it. */
  const record = (failure: NewFailure): Failure => {
    if (failure.client !== null) openByClient.set(failure.client, true);
    const row = statements.upsert.get({
      ...failure,
      identity: Buffer.from(failure.identity, "hex"),
      raw: failure.rawText,
      problems: JSON.stringify(failure.problems),
    });
    if (row.id === failure.id)
      for (const problem of problemRowsOf(failure.id, failure.problems)) statements.insertProblem.run(problem);
    return toFailure(row);
  };

  /**
   * Closes the open failures that this event was, before it could be read: those with its key, or with the same
   * raw text where it has none; and the one that is tried again with it. Returns that, or the first of them.
   */
  const resolve = (prepared: PreparedEvent, seq: number): number | null => {
    const first = resolveAlike(prepared, seq);
    if (prepared.retry === undefined) return first;
    statements.resolveById.run({ id: prepared.retry.failure, seq });
    return prepared.retry.failure;
  };

  const resolveAlike = ({ facts: { client }, idempotencyKey, rawText }: PreparedEvent, seq: number): number | null => {
    if (!mayHaveOpen(client)) return null;
    const raw = JSON.parse(rawText);
    const identity = failureIdentity({ kind: "VALIDATION", client, idempotencyKey, raw });
    const resolved = statements.resolveByIdentity.all({ identity: Buffer.from(identity, "hex"), seq });
    if (idempotencyKey !== null) resolved.push(...statements.resolveByKey.all({ client, idempotencyKey, seq }));
    return resolved.length === 0 ? null : Math.min(...resolved.map(({ id }) => id));
  };

  return {
    record,
    resolve,
    isUnresolved: (id: number): boolean => {
      const row = statements.stateOf.get({ id });
      return row !== undefined && isUnresolved(row);
    },
    clear: () => openByClient.clear(),
  };
};

const RESOLVED = { state: "RESOLVED", resolvedBy: sql`${sql.placeholder("seq")}`, nextAttemptAtUs: null } as const;

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  return {
    upsert: db
      .insert(failedEvents)
      .values({
        id: placeholder("id"),
        kind: placeholder("kind"),
        state: "OPEN",
        client: placeholder("client"),
        idempotencyKey: placeholder("idempotencyKey"),
        identity: placeholder("identity"),
        raw: placeholder("raw"),
        problems: placeholder("problems"),
        timesSeen: 1,
        firstSeenAtUs: placeholder("atUs"),
        lastSeenAtUs: placeholder("atUs"),
      })
      .onConflictDoUpdate({
        target: failedEvents.identity,
        set: {
          timesSeen: sql`${failedEvents.timesSeen} + 1`,
          lastSeenAtUs: sql`excluded.last_seen_at_us`,
        },
      })
      .returning(failureColumns)
      .prepare(),
    insertProblem: db
      .insert(failureProblems)
      .values({ failure: placeholder("failure"), code: placeholder("code"), path: placeholder("path") })
      .prepare(),
    anyOpen: prepareGet(
      db,
      db
        .select({ id: failedEvents.id })
        .from(failedEvents)
        .where(sql`${failedEvents.state} = 'OPEN' and ${failedEvents.client} = ${placeholder("client")}`)
        .limit(1),
    ),
    stateOf: db
      .select({ state: failedEvents.state })
      .from(failedEvents)
      .where(eq(failedEvents.id, placeholder("id")))
      .prepare(),
    // Two statements, each by an index of its own: joined by "or" they would walk all open failures of the client.
    resolveByKey: resolveWhere(
      db,
      sql`${failedEvents.client} = ${placeholder("client")} and ${failedEvents.idempotencyKey} = ${placeholder("idempotencyKey")}`,
    ),
    resolveByIdentity: resolveWhere(db, eq(failedEvents.identity, placeholder("identity"))),
    resolveById: db
      .update(failedEvents)
      .set(RESOLVED)
      .where(and(eq(failedEvents.id, placeholder("id")), inArray(failedEvents.state, ["OPEN", "SCHEDULED", "DEAD"])))
      .prepare(),
  };
};

/** What acts change about failures, inside their transaction. */
export const createFailureChanger = (db: Drizzle) => {
  const putProblems = ({ id, problems }: Failure): void => {
    db.delete(failureProblems).where(eq(failureProblems.failure, id)).run();
    const rows = problemRowsOf(id, problems);
    if (rows.length > 0) db.insert(failureProblems).values(rows).run();
  };
  return {
    insert: ({ identity, rawText, ...failure }: NonNullable<Changes["newFailure"]>): void => {
      db.insert(failedEvents)
        .values({
          ...failure,
          identity: Buffer.from(identity, "hex"),
          raw: rawText,
          problems: JSON.stringify(failure.problems),
        })
        .run();
      putProblems(failure);
    },
    change: (failure: Failure): void => {
      const { id, state, timesSeen, lastSeenAtUs, attempts, nextAttemptAtUs, reason } = failure;
      const problems = JSON.stringify(failure.problems);
      db.update(failedEvents)
        .set({ state, problems, timesSeen, lastSeenAtUs, attempts, nextAttemptAtUs, reason })
        .where(eq(failedEvents.id, id))
        .run();
      putProblems(failure);
    },
  };
};

const resolveWhere = (db: Drizzle, condition: SQL) =>
  db
    .update(failedEvents)
    .set(RESOLVED)
    .where(sql`${condition} and ${failedEvents.state} = 'OPEN' and ${failedEvents.kind} = 'VALIDATION'`)
    .returning({ id: failedEvents.id })
    .prepare();

export const conditionOf = (db: Drizzle, filter: FailureFilter): SQL | undefined => {
  const { clients, withoutClient, kinds, states, codes, paths, ids, fromUs, toUs, text } = filter;
  return and(
    oneOf(failedEvents.id, ids),
    withoutClient
      ? or(isNull(failedEvents.client), oneOf(failedEvents.client, clients ?? []))
      : oneOf(failedEvents.client, clients),
    oneOf(failedEvents.kind, kinds),
    oneOf(failedEvents.state, states),
    codes === undefined && paths === undefined ? undefined : hasProblem(db, { codes, paths }),
    fromUs === undefined ? undefined : gte(failedEvents.lastSeenAtUs, fromUs),
    toUs === undefined ? undefined : lt(failedEvents.lastSeenAtUs, toUs),
    text === undefined
      ? undefined
      : or(containsInJson(failedEvents.raw, text), contains(failedEvents.idempotencyKey, text)),
  );
};

const hasProblem = (db: Drizzle, { codes, paths }: Pick<FailureFilter, "codes" | "paths">): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(failureProblems)
      .where(
        and(
          eq(failureProblems.failure, failedEvents.id),
          oneOf(failureProblems.code, codes),
          oneOf(failureProblems.path, paths),
        ),
      ),
  );

export const failure = (db: Drizzle, id: number): Failure | null => {
  const row = db.select(failureColumns).from(failedEvents).where(eq(failedEvents.id, id)).get();
  return row === undefined ? null : toFailure(row);
};

/** The failure that has this identity, which is in hex. */
export const failureOf = (db: Drizzle, identity: string): Failure | null => {
  const isSame = eq(failedEvents.identity, Buffer.from(identity, "hex"));
  const row = db.select(failureColumns).from(failedEvents).where(isSame).get();
  return row === undefined ? null : toFailure(row);
};

export const failures = (db: Drizzle, filter: FailureFilter, range: Range): readonly Failure[] =>
  db
    .select(failureColumns)
    .from(failedEvents)
    .where(and(conditionOf(db, filter), ...inRange(failedEvents.id, range)))
    .orderBy(orderOf(failedEvents.id, range))
    .limit(range.limit)
    .all()
    .map(toFailure);

export const countFailures = (db: Drizzle, filter: FailureFilter): number =>
  db.select({ count: count() }).from(failedEvents).where(conditionOf(db, filter)).get()?.count ?? 0;

export const rawFailure = (db: Drizzle, id: number): string | null =>
  db.select({ raw: failedEvents.raw }).from(failedEvents).where(eq(failedEvents.id, id)).get()?.raw ?? null;

export const dueFailures = (
  db: Drizzle,
  { nowUs, limit }: { readonly nowUs: Micros; readonly limit: number },
): readonly number[] =>
  db
    .select({ id: failedEvents.id })
    .from(failedEvents)
    // The condition is spelled as the partial index asks for.
    .where(and(sql`${failedEvents.state} = 'SCHEDULED'`, lte(failedEvents.nextAttemptAtUs, nowUs)))
    .orderBy(asc(failedEvents.nextAttemptAtUs), asc(failedEvents.id))
    .limit(limit)
    .all()
    .map(({ id }) => id);
