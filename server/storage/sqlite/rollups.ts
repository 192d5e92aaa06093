// Rollups as they are read, to answer a question in one snapshot.
import { binOf, encodeBins } from "../../domain/bins.ts";
import { billionthsOf } from "../../domain/decimal.ts";
import type { EventFilter } from "../../domain/filter.ts";
import { bucketStart, QUARTER, type Span } from "../../domain/grain.ts";
import { MAX_EXACT_EVENTS } from "../../domain/percentile.ts";
import { isLate } from "../deltas.ts";
import type { Aggregated } from "../storage.ts";
import { type AggregationQuestion, createSumming, type Part, type Plan, planOf, type Summing } from "../summing.ts";
import { createBuckets } from "./buckets.ts";
import { oneOf } from "./conditions.ts";
import { createDataSpan } from "./data-span.ts";
import type { Drizzle } from "./database.ts";
import { and, gte, isNull, lt, type SQL, type SQLiteColumn, sql } from "./drizzle.ts";
import { eventCondition } from "./events.ts";
import { createLooseDeltas, type LooseDeltas } from "./loose-deltas.ts";
import { createRollupState } from "./rollup-changes.ts";
import { normalizedEvents } from "./tables.ts";

export interface RollupReader {
  /** What is stored of the events that the question asks for, summed up. */
  rollups(question: AggregationQuestion): Aggregated;
  /** How many events count that the filter admits: the rollups know it without looking at each. */
  countCounted(filter: EventFilter): number;
}

export const createRollupReader = (db: Drizzle): RollupReader => {
  const sources = createSources(db);
  const rollups = db.$client.transaction((question: AggregationQuestion) => read(db, question, sources));
  return {
    rollups,
    countCounted: (filter) => rollups({ filter, groupBy: [] }).rows.count.reduce((sum, count) => sum + count, 0),
  };
};

const createSources = (db: Drizzle) => ({
  stateOf: createRollupState(db),
  dataSpan: createDataSpan(db),
  looseDeltas: createLooseDeltas(db),
  buckets: createBuckets(db),
});

const read = (db: Drizzle, question: AggregationQuestion, sources: ReturnType<typeof createSources>): Aggregated => {
  const state = sources.stateOf();
  const loose = sources.looseDeltas();
  const plan = planOf(question, sources.dataSpan());
  const summing = createSumming(question, plan);
  const { percentiles = [] } = question;
  const isExact = percentiles.length > 0 && isFew(db, question, plan);
  const asked = { ...question, percentiles: isExact ? [] : percentiles };
  const asOf = { rebuilds: state.rebuilds, oldestLoose: loose.oldest };
  sources.buckets.read(asked, { plan, asOf }, summing.add);
  for (const span of plan.events) for (const event of readEvents(db, question, span)) summing.add(event);
  for (const delta of askedFor(loose, question, plan)) summing.add(delta);
  if (isExact) addAmounts(db, { question, plan, summing });
  return { ...state, reach: plan.reach, rows: summing.result(), isApproximate: percentiles.length > 0 && !isExact };
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

const isWithin = (column: SQLiteColumn, { fromUs, toUs }: Span): SQL | undefined =>
  and(gte(column, fromUs), lt(column, toUs));

const addAmounts = (db: Drizzle, { question, plan, summing }: Exact): void => {
  for (const part of readEvents(db, question, plan.whole)) summing.addAmount(part, part.sum);
};
