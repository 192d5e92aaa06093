// Failures of one kind together: by the code of a problem, its place, and the client.
import type { FailureGroup } from "../../domain/failure.ts";
import type { ProblemCode } from "../../domain/problem.ts";
import type { GroupsQuestion } from "../storage.ts";
import { oneOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, count, desc, eq, gte, max, min, sql } from "./drizzle.ts";
import { conditionOf } from "./failures.ts";
import { failedEvents, failureProblems } from "./tables.ts";

export const failureGroups = (db: Drizzle, question: GroupsQuestion): readonly FailureGroup[] =>
  db.$client.transaction(() => {
    const trends = trendsOf(db, question);
    return groupsOf(db, question).map(({ code, path, ...group }) => ({
      ...{ ...group, code: code as ProblemCode, path: path === "" ? null : path },
      trend: trends.get(keyOf({ ...group, code, path })) ?? new Array<number>(question.trend.buckets).fill(0),
    }));
  })();

interface Key {
  readonly code: string;
  readonly path: string;
  readonly client: string | null;
}

const keyOf = ({ code, path, client }: Key): string => JSON.stringify([code, path, client]);

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

const trendsOf = (db: Drizzle, { filter, trend: { fromUs, bucketUs, buckets } }: GroupsQuestion) => {
  // Numbers are bound as floats, which divide as such.
  const bucket = sql<number>`cast((${failedEvents.firstSeenAtUs} - ${fromUs}) / ${bucketUs} as integer)`;
  const rows = db
    .select({ ...key, bucket, count: count() })
    .from(failureProblems)
    .innerJoin(failedEvents, eq(failedEvents.id, failureProblems.failure))
    .where(and(gte(failedEvents.firstSeenAtUs, fromUs), conditionOf(db, filter)))
    .groupBy(key.code, key.path, key.client, sql`4`)
    .all();
  const trends = new Map<string, number[]>();
  for (const row of rows) {
    const trend = trends.get(keyOf(row)) ?? new Array<number>(buckets).fill(0);
    if (row.bucket < buckets) trend[row.bucket] = row.count;
    trends.set(keyOf(row), trend);
  }
  return trends;
};
