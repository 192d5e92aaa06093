// Failures of one kind together: by the code of a problem, its place, and the client.
import type { FailureGroup } from "../../domain/failure.ts";
import type { ProblemCode } from "../../domain/problem.ts";
import type { GroupsQuestion } from "../storage.ts";
import { and, count, type Drizzle, desc, drizzle, eq, gte, lt, max, min, type Queries, sql } from "./drizzle.ts";
import { conditionOf, isOfProblem } from "./failures.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { failedEvents, failureProblems } from "./tables.ts";

export const failureGroups = (db: Drizzle, question: GroupsQuestion): Promise<readonly FailureGroup[]> =>
  transact(db.$client, BEGIN_SNAPSHOT, async (client) => {
    const snapshot = drizzle({ client });
    const trends = await trendsOf(snapshot, question);
    const groups = await groupsOf(snapshot, question);
    return groups.map(({ code, path, ...group }) => ({
      ...{ ...group, code: code as ProblemCode, path: path === "" ? null : path },
      trend: trends.get(keyOf({ ...group, code, path })) ?? new Array<number>(question.trend.buckets).fill(0),
    }));
  });

interface Key {
  readonly code: string;
  readonly path: string;
  readonly client: string | null;
}

const keyOf = ({ code, path, client }: Key): string => JSON.stringify([code, path, client]);

const key = { code: failureProblems.code, path: failureProblems.path, client: failedEvents.client };

const groupsOf = (db: Queries, { filter, limit }: GroupsQuestion) =>
  db
    .select({
      ...key,
      count: count(),
      timesSeen: sql`sum(${failedEvents.timesSeen})`.mapWith(Number),
      firstSeenAtUs: sql`${min(failedEvents.firstSeenAtUs)}`.mapWith(failedEvents.firstSeenAtUs),
      lastSeenAtUs: sql`${max(failedEvents.lastSeenAtUs)}`.mapWith(failedEvents.lastSeenAtUs),
    })
    .from(failureProblems)
    .innerJoin(failedEvents, eq(failedEvents.id, failureProblems.failure))
    .where(and(isOfProblem(filter), conditionOf(db, filter)))
    .groupBy(key.code, key.path, key.client)
    .orderBy(desc(count()), sql`${key.code} collate "C"`, key.path, sql`${key.client} nulls first`)
    .limit(limit);

const trendsOf = async (db: Queries, { filter, trend: { fromUs, bucketUs, buckets } }: GroupsQuestion) => {
  const { firstSeenAtUs } = failedEvents;
  const since = sql`${firstSeenAtUs} - ${sql.param(fromUs, firstSeenAtUs)}::timestamptz`;
  const bucket = sql`floor(extract(epoch from ${since}) * 1000000 / ${bucketUs}::bigint)`.mapWith(Number);
  const isWithin = and(gte(firstSeenAtUs, fromUs), lt(firstSeenAtUs, fromUs + bucketUs * buckets));
  const rows = await db
    .select({ ...key, bucket, count: count() })
    .from(failureProblems)
    .innerJoin(failedEvents, eq(failedEvents.id, failureProblems.failure))
    .where(and(isWithin, isOfProblem(filter), conditionOf(db, filter)))
    .groupBy(sql`1, 2, 3, 4`);
  const trends = new Map<string, number[]>();
  for (const row of rows) {
    const trend = trends.get(keyOf(row)) ?? new Array<number>(buckets).fill(0);
    trend[row.bucket] = row.count;
    trends.set(keyOf(row), trend);
  }
  return trends;
};
