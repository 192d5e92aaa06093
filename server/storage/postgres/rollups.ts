// Rollups as they are read, to answer a question in one snapshot. PostgreSQL sums up as far as it can; what is left is
// put together here.
import { binOf, encodeBins, mergeAllBins } from "../../domain/bins.ts";
import { billionthsOf } from "../../domain/decimal.ts";
import type { EventFilter } from "../../domain/filter.ts";
import { ALL_TIME, bucketsIn, type Grain, QUARTER_US, type Span, type Stretch } from "../../domain/grain.ts";
import { MAX_EXACT_EVENTS } from "../../domain/percentile.ts";
import type { Aggregated } from "../storage.ts";
import { type AggregationQuestion, createSumming, type Part, type Plan, planOf } from "../summing.ts";
import { unescapeNul } from "./columns.ts";
import { oneOf } from "./conditions.ts";
import { dataSpan } from "./data-span.ts";
import {
  and,
  type Drizzle,
  drizzle,
  eq,
  gte,
  isNull,
  lt,
  type Queries,
  type SQL,
  type SQLWrapper,
  sql,
} from "./drizzle.ts";
import { countVoided, eventCondition } from "./events.ts";
import { head } from "./log.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { rebuilds } from "./rollup-changes.ts";
import { rollupDeltas, rollups as rollupTable } from "./rollup-tables.ts";
import { normalizedEvents } from "./tables.ts";

/** What is stored of the events that the question asks for, summed up. */
export const rollups = (db: Drizzle, question: AggregationQuestion): Promise<Aggregated> =>
  inSnapshot(db, (snapshot) => read(snapshot, question));

/** The rollups know the number of events that count without looking at each. */
export const countEvents = (db: Drizzle, filter: EventFilter): Promise<number> =>
  inSnapshot(db, async (snapshot) => {
    const { rows } = await read(snapshot, { filter, groupBy: [] });
    return rows.count.reduce((sum, count) => sum + count, await countVoided(snapshot, filter));
  });

const inSnapshot = <T>(db: Drizzle, work: (snapshot: Queries) => Promise<T>): Promise<T> =>
  transact(db.$client, BEGIN_SNAPSHOT, (client) => work(drizzle({ client })));

const read = async (db: Queries, question: AggregationQuestion): Promise<Aggregated> => {
  const { percentiles = [] } = question;
  const plan = planOf(question, await dataSpan(db));
  const summing = createSumming(question, plan);
  const isExact = percentiles.length > 0 && (await isFew(db, question, plan));
  const reading = { question: { ...question, percentiles: isExact ? [] : percentiles }, plan };
  for (const part of await readParts(db, reading)) summing.add(part);
  if (isExact) for (const event of await readAmounts(db, question, plan.whole)) summing.addAmount(event, event.amount);
  const state = { asOfSeq: await head(db), rebuilds: await rebuilds(db), reach: plan.reach };
  return { ...state, rows: summing.result(), isApproximate: percentiles.length > 0 && !isExact };
};

interface Reading {
  readonly question: AggregationQuestion;
  readonly plan: Plan;
}

const readParts = async (db: Queries, reading: Reading): Promise<readonly Part[]> => {
  const { stretches, quarters, events } = reading.plan;
  const parts: Part[] = [];
  if (stretches === "ALL_TIME") parts.push(...(await readBuckets(db, reading, eq(rollupTable.grainMinutes, ALL_TIME))));
  else
    for (const [grain, ofGrain] of Map.groupBy(stretches, (stretch) => stretch.grain))
      parts.push(...(await readBuckets(db, reading, isInStretches(reading.question, grain, ofGrain))));
  if (quarters.fromUs < quarters.toUs) parts.push(...(await readDeltas(db, reading)));
  for (const span of events) parts.push(...(await readEvents(db, reading.question, span)));
  return parts;
};

/** Where clients are asked for, their buckets are looked up one by one: between them lie those of all others. */
const isInStretches = (
  { filter }: AggregationQuestion,
  grain: Exclude<Grain, 0>,
  stretches: readonly Stretch[],
): SQL | undefined => {
  const { grainMinutes, bucketUs } = rollupTable;
  const isWithin = stretches.map(({ fromUs, toUs }) => and(gte(bucketUs, fromUs), lt(bucketUs, toUs)));
  const starts = () => stretches.flatMap((stretch) => bucketsIn(grain, stretch));
  const isThere =
    filter.clients === undefined ? sql`(${sql.join(isWithin, sql` or `)})` : isOneOfInstants(bucketUs, starts());
  return and(eq(grainMinutes, grain), isThere);
};

const instants = (all: readonly number[]): SQL =>
  sql`${sql.param(all.map((us) => rollupTable.bucketUs.mapToDriverValue(us)))}::timestamptz[]`;

const isOneOfInstants = (column: SQLWrapper, all: readonly number[]): SQL => sql`${column} = any(${instants(all)})`;

type Source = typeof rollupTable | typeof rollupDeltas;

const readBuckets = (db: Queries, reading: Reading, condition: SQL | undefined): Promise<readonly Part[]> =>
  readFrom(db, reading, rollupTable, condition);

const readDeltas = (db: Queries, reading: Reading): Promise<readonly Part[]> => {
  const { fromUs, toUs } = reading.plan.quarters;
  return readFrom(db, reading, rollupDeltas, and(gte(rollupDeltas.bucketUs, fromUs), lt(rollupDeltas.bucketUs, toUs)));
};

interface PartRow extends Omit<Part, "bins"> {
  readonly bins: Buffer[] | null;
}

/** Rows as the driver gives them: that Drizzle looks at each of their fields takes longer than all else that is done here. */
const readFrom = async (
  db: Queries,
  { question: { filter, groupBy, percentiles = [] }, plan }: Reading,
  table: Source,
  condition: SQL | undefined,
): Promise<readonly Part[]> => {
  const { bucketUs, client, metric, unit, count, sum, min, max, late, revision, bins } = table;
  const query = db
    .select({
      client: (groupBy.includes("CLIENT") ? sql`${client}` : sql`null::text`).as("client"),
      metric: (groupBy.includes("METRIC") ? sql`${metric}` : sql`null::text`).as("metric"),
      unit: sql`${unit}`.as("unit"),
      interval: intervalOf(bucketUs, plan).as("interval"),
      atUs: sql`(extract(epoch from min(${bucketUs})) * 1000000)::float8`.as("atUs"),
      count: sql`sum(${count})::float8`.as("count"),
      // A sum of numerics keeps the zeros of its longest part.
      sum: sql`trim_scale(sum(${sum}))`.as("sum"),
      min: sql`min(${min})`.as("min"),
      max: sql`max(${max})`.as("max"),
      late: sql`sum(${late})::float8`.as("late"),
      revision: sql`max(${revision})::float8`.as("revision"),
      bins: (percentiles.length > 0 ? sql`array_agg(${bins})` : sql`null`).as("bins"),
    })
    .from(table)
    .where(and(condition, oneOf(client, filter.clients), oneOf(metric, filter.metrics), oneOf(unit, filter.units)))
    .groupBy(sql`1, 2, 3, 4`);
  const { rows } = await db.execute<PartRow & Record<string, unknown>>(query);
  return rows.map(toPart);
};

const toPart = ({ client, metric, unit, bins, ...tally }: PartRow): Part => ({
  ...tally,
  ...{ client: nameOf(client), metric: nameOf(metric), unit: nameOf(unit) },
  bins: bins === null ? null : mergeAllBins(bins),
});

const nameOf = (stored: string | null): string | null => (stored === null ? null : unescapeNul(stored));

/**
 * The place of the interval among those of the plan, which there may be half a million of. They are read as a question of
 * their own, once: as part of this one PostgreSQL would read their text for each row.
 */
const intervalOf = (column: SQLWrapper, { intervals }: Pick<Plan, "intervals">): SQL =>
  intervals === null
    ? sql`null::integer`
    : sql`width_bucket(${column}, (select ${instants(intervals.map(({ fromUs }) => fromUs))}))`;

const changedLast = sql`greatest(${normalizedEvents.seq}, ${normalizedEvents.changedBy})`;

/** The events that count in a span, each as a part of its own: there are few where a range cuts a quarter in two. */
const readEvents = async (db: Queries, question: AggregationQuestion, span: Span): Promise<readonly Part[]> => {
  const { timestampUs, client, metric, unit, amount, receivedAtUs } = normalizedEvents;
  const quarter = sql.raw(`interval '${QUARTER_US} microseconds'`);
  const isLate = sql`${receivedAtUs} >= date_bin(${quarter}, ${timestampUs}, 'epoch') + ${quarter}`;
  const rows = await db
    .select({
      atUs: timestampUs,
      client,
      metric,
      unit,
      amount,
      late: sql`(${isLate})::integer`.mapWith(Number),
      revision: sql`${changedLast}`.mapWith(Number),
    })
    .from(normalizedEvents)
    .where(isAsked(db, question, span));
  return rows.map(({ amount, ...row }) => ({
    ...{ ...row, count: 1, sum: amount, min: amount, max: amount },
    bins: encodeBins(new Map([[binOf(billionthsOf(amount)), 1]])),
  }));
};

const isAsked = (db: Queries, { filter }: AggregationQuestion, span: Span): SQL | undefined =>
  and(isNull(normalizedEvents.voidedBy), eventCondition(db, { ...filter, ...span }));

const readAmounts = (db: Queries, question: AggregationQuestion, span: Span) => {
  const { timestampUs, client, metric, unit, amount } = normalizedEvents;
  return db
    .select({ atUs: timestampUs, client, metric, unit, amount })
    .from(normalizedEvents)
    .where(isAsked(db, question, span));
};

/** Whether the events themselves can be looked at: found by their time or by their client, they are not too many. */
const isFew = async (db: Queries, { filter }: AggregationQuestion, { whole }: Plan): Promise<boolean> => {
  if (filter.text !== undefined) return true;
  const { timestampUs, client } = normalizedEvents;
  const few = async (condition: SQL | undefined): Promise<boolean> => {
    const found = db
      .select({ one: sql`1`.as("one") })
      .from(normalizedEvents)
      .where(condition)
      .limit(MAX_EXACT_EVENTS + 1)
      .as("found");
    const [row] = await db.select({ count: sql`count(*)`.mapWith(Number) }).from(found);
    return (row?.count ?? 0) <= MAX_EXACT_EVENTS;
  };
  if (await few(and(gte(timestampUs, whole.fromUs), lt(timestampUs, whole.toUs)))) return true;
  return filter.clients !== undefined && few(oneOf(client, filter.clients));
};
