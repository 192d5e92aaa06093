// Rollups as they are read, to answer a question in one snapshot.
import { binOf, encodeBins } from "../../domain/bins.ts";
import { billionthsOf } from "../../domain/decimal.ts";
import type { EventFilter } from "../../domain/filter.ts";
import { ALL_TIME, bucketStart, bucketsIn, QUARTER, QUARTER_US, type Span, type Stretch } from "../../domain/grain.ts";
import { MAX_EXACT_EVENTS } from "../../domain/percentile.ts";
import { isLate } from "../deltas.ts";
import type { Aggregated } from "../storage.ts";
import { type AggregationQuestion, createSumming, type Part, type Plan, planOf, type Summing } from "../summing.ts";
import { oneOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, eq, gte, inArray, isNull, lt, max, min, type SQL, type SQLiteColumn, sql } from "./drizzle.ts";
import { eventCondition } from "./events.ts";
import { head } from "./log.ts";
import { rebuilds } from "./rollup-changes.ts";
import { months } from "./rollup-store.ts";
import { normalizedEvents, rollupDeltas, rollups as rollupTable } from "./tables.ts";

/** Values of one statement: SQLite takes 32,766. */
const MAX_BUCKETS = 1_000;

/** What is stored of the events that the question asks for, summed up. */
export const rollups = (db: Drizzle, question: AggregationQuestion): Aggregated =>
  db.$client.transaction(() => read(db, question))();

const read = (db: Drizzle, question: AggregationQuestion): Aggregated => {
  const plan = planOf(question, dataSpan(db));
  const summing = createSumming(question, plan);
  const { percentiles = [] } = question;
  const isExact = percentiles.length > 0 && isFew(db, question, plan);
  for (const rows of readings(db, { ...question, percentiles: isExact ? [] : percentiles }, plan))
    for (const row of rows) summing.add(row);
  if (isExact) addAmounts(db, { question, plan, summing });
  const state = { asOfSeq: head(db), rebuilds: rebuilds(db) };
  return { ...state, rows: summing.result(), isApproximate: percentiles.length > 0 && !isExact };
};

/** The whole quarters in which all events lie that count. */
const dataSpan = (db: Drizzle): Span => {
  const folded = months(db);
  const { first = null, last = null } =
    db
      .select({ first: min(rollupDeltas.bucketUs), last: max(rollupDeltas.bucketUs) })
      .from(rollupDeltas)
      .get() ?? {};
  if (first === null || last === null) return folded;
  const loose = { fromUs: first, toUs: last + QUARTER_US };
  if (folded.fromUs >= folded.toUs) return loose;
  return { fromUs: Math.min(folded.fromUs, loose.fromUs), toUs: Math.max(folded.toUs, loose.toUs) };
};

function* readings(db: Drizzle, question: AggregationQuestion, plan: Plan): Generator<Iterable<Part>> {
  const { stretches, quarters, events } = plan;
  if (stretches === "ALL_TIME")
    yield readBuckets(db, question, and(eq(rollupTable.grainMinutes, ALL_TIME), eq(rollupTable.bucketUs, 0)));
  else for (const stretch of stretches) yield* readStretch(db, question, stretch);
  if (quarters.fromUs < quarters.toUs) yield readDeltas(db, question, quarters);
  for (const span of events) yield readEvents(db, question, span);
}

/** Where clients are asked for, their buckets are looked up one by one: between them lie those of all others. */
function* readStretch(db: Drizzle, question: AggregationQuestion, stretch: Stretch): Generator<Iterable<Part>> {
  const { grainMinutes, bucketUs } = rollupTable;
  const isOfGrain = eq(grainMinutes, stretch.grain);
  if (question.filter.clients === undefined) {
    yield readBuckets(db, question, and(isOfGrain, isWithin(bucketUs, stretch)));
    return;
  }
  const starts = bucketsIn(stretch.grain, stretch);
  for (let index = 0; index < starts.length; index += MAX_BUCKETS)
    yield readBuckets(db, question, and(isOfGrain, inArray(bucketUs, starts.slice(index, index + MAX_BUCKETS))));
}

const isWithin = (column: SQLiteColumn, { fromUs, toUs }: Span): SQL | undefined =>
  and(gte(column, fromUs), lt(column, toUs));

const readBuckets = (db: Drizzle, question: AggregationQuestion, condition: SQL | undefined): Iterable<Part> =>
  partsOf(db, question, rollupTable, condition);

const readDeltas = (db: Drizzle, question: AggregationQuestion, quarters: Span): Iterable<Part> =>
  partsOf(db, question, rollupDeltas, isWithin(rollupDeltas.bucketUs, quarters));

/** The columns of a part in its order; groups are not told apart here, since to sum up texts takes SQLite twice as long. */
const partsOf = (
  db: Drizzle,
  { filter, percentiles = [] }: AggregationQuestion,
  table: typeof rollupTable | typeof rollupDeltas,
  condition: SQL | undefined,
): Iterable<Part> => {
  const { bucketUs, client, metric, unit, count, sum, min, max, late, revision, bins } = table;
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
    .from(table)
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

/** How many events the filter admits: the rollups know it without looking at each. */
export const countCounted = (db: Drizzle, filter: EventFilter): number =>
  rollups(db, { filter, groupBy: [] }).rows.reduce((sum, { count }) => sum + count, 0);
