// Rollups as they are read, to answer a question in one snapshot.
import { binOf, encodeBins } from "../../domain/bins.ts";
import { billionthsOf } from "../../domain/decimal.ts";
import type { EventFilter } from "../../domain/filter.ts";
import { ALL_TIME, bucketStart, bucketsIn, type Grain, QUARTER, type Span, type Stretch } from "../../domain/grain.ts";
import { MAX_EXACT_EVENTS } from "../../domain/percentile.ts";
import { isLate } from "../deltas.ts";
import type { Aggregated } from "../storage.ts";
import { type AggregationQuestion, createSumming, type Part, type Plan, planOf, type Summing } from "../summing.ts";
import { oneOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, gte, inArray, isNull, lt, type SQL, type SQLiteColumn, sql } from "./drizzle.ts";
import { eventCondition } from "./events.ts";
import { head } from "./log.ts";
import { createLooseDeltas, type LooseDeltas } from "./loose-deltas.ts";
import { rebuilds } from "./rollup-changes.ts";
import { spanOfGrain } from "./rollup-store.ts";
import { rollups as rollupTable } from "./rollup-tables.ts";
import { normalizedEvents } from "./tables.ts";

/** Values of one statement: SQLite takes 32,766. */
const MAX_BUCKETS = 1_000;

export interface RollupReader {
  /** What is stored of the events that the question asks for, summed up. */
  rollups(question: AggregationQuestion): Aggregated;
  /** How many events count that the filter admits: the rollups know it without looking at each. */
  countCounted(filter: EventFilter): number;
}

export const createRollupReader = (db: Drizzle): RollupReader => {
  const looseDeltas = createLooseDeltas(db);
  const rollups = (question: AggregationQuestion): Aggregated =>
    db.$client.transaction(() => read(db, question, looseDeltas()))();
  return {
    rollups,
    countCounted: (filter) => rollups({ filter, groupBy: [] }).rows.reduce((sum, { count }) => sum + count, 0),
  };
};

const read = (db: Drizzle, question: AggregationQuestion, loose: LooseDeltas): Aggregated => {
  const plan = planOf(question, dataSpan(db, loose));
  const summing = createSumming(question, plan);
  const { percentiles = [] } = question;
  const isExact = percentiles.length > 0 && isFew(db, question, plan);
  for (const rows of readings(db, { ...question, percentiles: isExact ? [] : percentiles }, plan))
    for (const row of rows) summing.add(row);
  for (const delta of askedFor(loose, question, plan)) summing.add(delta);
  if (isExact) addAmounts(db, { question, plan, summing });
  const state = { asOfSeq: head(db), rebuilds: rebuilds(db) };
  return { ...state, rows: summing.result(), isApproximate: percentiles.length > 0 && !isExact };
};

/** The whole quarters in which all events lie that count. */
const dataSpan = (db: Drizzle, { span }: LooseDeltas): Span => {
  const folded = spanOfGrain(db, QUARTER);
  if (span === null) return folded;
  if (folded.fromUs >= folded.toUs) return span;
  return { fromUs: Math.min(folded.fromUs, span.fromUs), toUs: Math.max(folded.toUs, span.toUs) };
};

function* askedFor({ deltas }: LooseDeltas, { filter }: AggregationQuestion, { quarters }: Plan): Generator<Part> {
  if (quarters.fromUs >= quarters.toUs) return;
  for (const delta of deltas)
    if (
      delta.bucketUs >= quarters.fromUs &&
      delta.bucketUs < quarters.toUs &&
      isAmong(delta.client, filter.clients) &&
      isAmong(delta.metric, filter.metrics) &&
      isAmong(delta.unit, filter.units)
    )
      yield delta;
}

const isAmong = (name: string, asked: readonly string[] | undefined): boolean => asked?.includes(name) ?? true;

function* readings(db: Drizzle, question: AggregationQuestion, plan: Plan): Generator<Iterable<Part>> {
  const { stretches, events } = plan;
  const { grainMinutes, bucketUs } = rollupTable;
  if (stretches === "ALL_TIME") yield readBuckets(db, question, and(eq(grainMinutes, ALL_TIME), eq(bucketUs, 0)));
  else
    for (const [grain, ofGrain] of Map.groupBy(stretches, (stretch) => stretch.grain))
      for (const condition of conditionsOf(question, grain, ofGrain))
        yield readBuckets(db, question, and(eq(grainMinutes, grain), condition));
  for (const span of events) yield readEvents(db, question, span);
}

/**
 * One stretch is read as it lies there. Of several, and where clients are asked for, the buckets are looked up one by one:
 * between them lie those of all others.
 */
const conditionsOf = (
  { filter }: AggregationQuestion,
  grain: Exclude<Grain, 0>,
  stretches: readonly Stretch[],
): readonly (SQL | undefined)[] => {
  const { bucketUs } = rollupTable;
  const [first, ...others] = stretches;
  if (first !== undefined && others.length === 0 && filter.clients === undefined) return [isWithin(bucketUs, first)];
  const starts = stretches.flatMap((stretch) => bucketsIn(grain, stretch));
  return Array.from({ length: Math.ceil(starts.length / MAX_BUCKETS) }, (_, index) =>
    inArray(bucketUs, starts.slice(index * MAX_BUCKETS, (index + 1) * MAX_BUCKETS)),
  );
};

const isWithin = (column: SQLiteColumn, { fromUs, toUs }: Span): SQL | undefined =>
  and(gte(column, fromUs), lt(column, toUs));

/** The columns of a part in its order; groups are not told apart here, since to sum up texts takes SQLite twice as long. */
const readBuckets = (
  db: Drizzle,
  { filter, percentiles = [] }: AggregationQuestion,
  condition: SQL | undefined,
): Iterable<Part> => {
  const { bucketUs, client, metric, unit, count, sum, min, max, late, revision, bins } = rollupTable;
  const query = db
    .select({
      bucketUs,
      client,
      metric,
      unit,
      count,
      sum,
      min,
      max,
      late,
      revision,
      ...(percentiles.length > 0 ? { bins } : {}),
    })
    .from(rollupTable)
    .where(and(condition, oneOf(client, filter.clients), oneOf(metric, filter.metrics), oneOf(unit, filter.units)));
  const { sql: text, params } = query.toSQL();
  return toParts(
    db.$client
      .prepare(text)
      .raw()
      .iterate(...params) as Iterable<PartRow>,
  );
};

type PartRow = readonly [number, string, string, string, number, string, string, string, number, number, Uint8Array?];

function* toParts(rows: Iterable<PartRow>): Generator<Part> {
  for (const [atUs, client, metric, unit, count, sum, min, max, late, revision, bins] of rows)
    yield { atUs, client, metric, unit, count, sum, min, max, late, revision, bins: bins ?? null };
}

/** The events that count in a span, each as a part of its own. */
function* readEvents(db: Drizzle, { filter }: AggregationQuestion, span: Span): Generator<Part> {
  const { amount, seq, changedBy, receivedAtUs, timestampUs } = normalizedEvents;
  const { client, metric, unit } = normalizedEvents;
  const query = db
    .select({
      timestampUs,
      client,
      metric,
      unit,
      amount,
      receivedAtUs,
      revision: sql`max(${seq}, ifnull(${changedBy}, 0))`,
    })
    .from(normalizedEvents)
    .where(and(isNull(normalizedEvents.voidedBy), eventCondition(db, { ...filter, ...span })));
  const { sql: text, params } = query.toSQL();
  const rows = db.$client
    .prepare(text)
    .raw()
    .iterate(...params) as Iterable<EventRow>;
  for (const [atUs, client, metric, unit, amount, receivedAtUs, revision] of rows)
    yield {
      ...{ atUs, client, metric, unit, count: 1, sum: amount, min: amount, max: amount, revision },
      late: Number(isLate(receivedAtUs, bucketStart(QUARTER, atUs))),
      bins: encodeBins(new Map([[binOf(billionthsOf(amount)), 1]])),
    };
}

type EventRow = readonly [number, string, string, string | null, string, number, number];

/** Whether the events themselves can be looked at: found by their time or by their client, they are not too many. */
const isFew = (db: Drizzle, { filter }: AggregationQuestion, { whole }: Plan): boolean => {
  if (filter.text !== undefined) return true;
  const few = (condition: SQL | undefined): boolean => {
    const found = db
      .select({ one: sql`1` })
      .from(normalizedEvents)
      .where(condition)
      .limit(MAX_EXACT_EVENTS + 1);
    return (db.get<{ count: number }>(sql`select count(*) as count from (${found})`)?.count ?? 0) <= MAX_EXACT_EVENTS;
  };
  if (few(isWithin(normalizedEvents.timestampUs, whole))) return true;
  return filter.clients !== undefined && few(oneOf(normalizedEvents.client, filter.clients));
};

interface Exact {
  readonly question: AggregationQuestion;
  readonly plan: Plan;
  readonly summing: Summing;
}

const addAmounts = (db: Drizzle, { question, plan, summing }: Exact): void => {
  for (const part of readEvents(db, question, plan.whole)) summing.addAmount(part, part.sum);
};
