// Failures of one kind together: by the code of a problem, its place, and the client.
import type { FailureGroup } from "../../domain/failure.ts";
import { withTrends } from "../group-trends.ts";
import type { GroupsQuestion } from "../storage.ts";
import { oneOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, count, desc, eq, gte, max, min, sql } from "./drizzle.ts";
import { conditionOf } from "./failures.ts";
import { failedEvents, failureProblems } from "./tables.ts";

export const failureGroups = (db: Drizzle, question: GroupsQuestion): readonly FailureGroup[] =>
  db.$client.transaction(() => {
    const { buckets } = question.trend;
    return withTrends(groupsOf(db, question), { rows: trendsOf(db, question), buckets });
  })();

const key = { code: failureProblems.code, path: failureProblems.path, client: failedEvents.client };

const groupsOf = (db: Drizzle, { filter, limit }: GroupsQuestion) =>
  db
    .select({
      ...key,
      count: count(),
      timesSeen: sql<number>`sum(${failedEvents.timesSeen})`,
      firstSeenAtUs: sql<number>`${min(failedEvents.firstSeenAtUs)}`,
      lastSeenAtUs: sql<number>`${max(failedEvents.lastSeenAtUs)}`,
    })
    .from(failureProblems)
    .innerJoin(failedEvents, eq(failedEvents.id, failureProblems.failure))
    .where(and(isOfProblem(filter), conditionOf(db, filter)))
    .groupBy(key.code, key.path, key.client)
    .orderBy(desc(count()), key.code, key.path, key.client)
    .limit(limit)
    .all();

/** Of a failure with several problems only those that were asked for make a group. */
const isOfProblem = ({ codes, paths }: GroupsQuestion["filter"]) =>
  and(oneOf(failureProblems.code, codes), oneOf(failureProblems.path, paths));

const trendsOf = (db: Drizzle, { filter, trend: { fromUs, bucketUs } }: GroupsQuestion) => {
  // Numbers are bound as floats, which divide as such.
  const bucket = sql<number>`cast((${failedEvents.firstSeenAtUs} - ${fromUs}) / ${bucketUs} as integer)`;
  return db
    .select({ ...key, bucket, count: count() })
    .from(failureProblems)
    .innerJoin(failedEvents, eq(failedEvents.id, failureProblems.failure))
    .where(and(gte(failedEvents.firstSeenAtUs, fromUs), conditionOf(db, filter)))
    .groupBy(key.code, key.path, key.client, sql`4`)
    .all();
};
