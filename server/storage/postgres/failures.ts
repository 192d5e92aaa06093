// Failed events: find one, list them, count them.
import type { Micros } from "../../domain/calendar.ts";
import type { Failure } from "../../domain/failure.ts";
import type { FailureFilter, Range } from "../../domain/filter.ts";
import { toFailure } from "../rows.ts";
import { contains, containsInJson, inRange, oneOf, orderOf } from "./conditions.ts";
import {
  and,
  asc,
  count,
  eq,
  exists,
  getTableColumns,
  gte,
  isNull,
  lt,
  lte,
  or,
  type Queries,
  type SQL,
  sql,
} from "./drizzle.ts";
import { failedEvents, failureProblems } from "./tables.ts";

const { raw: _raw, identity, ...columns } = getTableColumns(failedEvents);
/** What a failure is made of. */
export const failureColumns = columns;

export const conditionOf = (db: Pick<Queries, "select">, filter: FailureFilter): SQL | undefined => {
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

/** Of a failure with several problems those that were asked for. */
export const isOfProblem = ({ codes, paths }: Pick<FailureFilter, "codes" | "paths">): SQL | undefined =>
  and(oneOf(failureProblems.code, codes), oneOf(failureProblems.path, paths));

const hasProblem = (db: Pick<Queries, "select">, problem: Pick<FailureFilter, "codes" | "paths">): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(failureProblems)
      .where(and(eq(failureProblems.failure, failedEvents.id), isOfProblem(problem))),
  );

export const failure = async (db: Queries, id: number): Promise<Failure | null> => {
  const [row] = await db.select(failureColumns).from(failedEvents).where(eq(failedEvents.id, id));
  return row === undefined ? null : toFailure(row);
};

export const failures = async (db: Queries, filter: FailureFilter, range: Range): Promise<readonly Failure[]> => {
  const rows = await db
    .select(failureColumns)
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

export const dueFailures = async (
  db: Queries,
  { nowUs, limit }: { readonly nowUs: Micros; readonly limit: number },
): Promise<readonly number[]> => {
  const rows = await db
    .select({ id: failedEvents.id })
    .from(failedEvents)
    .where(and(eq(failedEvents.state, "SCHEDULED"), lte(failedEvents.nextAttemptAtUs, nowUs)))
    .orderBy(asc(failedEvents.nextAttemptAtUs), asc(failedEvents.id))
    .limit(limit);
  return rows.map(({ id }) => id);
};

/** Those that have one of these ids or identities, which are in hex. */
export const failuresOf = async (
  db: Queries,
  { ids, identities }: { readonly ids: readonly number[]; readonly identities: readonly string[] },
): Promise<readonly { readonly identity: string; readonly failure: Failure }[]> => {
  if (ids.length + identities.length === 0) return [];
  const asked = identities.map((hex) => Buffer.from(hex, "hex"));
  const rows = await db
    .select({ ...columns, identity })
    .from(failedEvents)
    .where(or(oneOf(failedEvents.id, ids), oneOf(identity, asked)));
  return rows.map((row) => ({ identity: row.identity.toString("hex"), failure: toFailure(row) }));
};

/** What was sent for each of them. */
export const rawFailuresOf = async (
  db: Queries,
  ids: readonly number[],
): Promise<readonly { readonly id: number; readonly raw: string }[]> => {
  if (ids.length === 0) return [];
  const { id, raw } = failedEvents;
  return db.select({ id, raw }).from(failedEvents).where(oneOf(id, ids));
};
