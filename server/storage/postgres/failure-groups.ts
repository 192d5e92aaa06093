// Failures of one kind together: by the code of a problem, its place, and the client.
import type { FailureGroup } from "../../domain/failure.ts";
import { withTrends } from "../group-trends.ts";
import type { GroupsQuestion } from "../storage.ts";
import { and, count, type Drizzle, desc, drizzle, eq, gte, lt, max, min, type Queries, sql } from "./drizzle.ts";
import { conditionOf, isOfProblem } from "./failures.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { failedEvents, failureProblems } from "./tables.ts";

export const failureGroups = (db: Drizzle, question: GroupsQuestion): Promise<readonly FailureGroup[]> =>
  transact(db.$client, BEGIN_SNAPSHOT, async (client) => {
    const snapshot = drizzle({ client });
    const { buckets } = question.trend;
    const rows = await trendsOf(snapshot, question);
    return withTrends(await groupsOf(snapshot, question), { rows, buckets });
  });

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

const trendsOf = (db: Queries, { filter, trend: { fromUs, bucketUs, buckets } }: GroupsQuestion) => {
  const { firstSeenAtUs } = failedEvents;
  const since = sql`${firstSeenAtUs} - ${sql.param(fromUs, firstSeenAtUs)}::timestamptz`;
  const bucket = sql`floor(extract(epoch from ${since}) * 1000000 / ${bucketUs}::bigint)`.mapWith(Number);
  const isWithin = and(gte(firstSeenAtUs, fromUs), lt(firstSeenAtUs, fromUs + bucketUs * buckets));
  return db
    .select({ ...key, bucket, count: count() })
    .from(failureProblems)
    .innerJoin(failedEvents, eq(failedEvents.id, failureProblems.failure))
    .where(and(isWithin, isOfProblem(filter), conditionOf(db, filter)))
    .groupBy(sql`1, 2, 3, 4`);
};
