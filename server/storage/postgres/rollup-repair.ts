// What happens to the rollups when events that were counted change or are taken out. Counts and sums are exact by
// addition; a least or greatest amount that was taken out is looked up anew: in a quarter of an hour among its events, in
// all time among the quarters.
import type { Event } from "../../domain/event.ts";
import { QUARTER_HOUR_US } from "../../domain/rollup.ts";
import { isCounted } from "../acts.ts";
import { ALL_TIME, createRollupDeltas, QUARTER_HOUR, type RollupDelta } from "../deltas.ts";
import type { ChangedEvent } from "./act-rows.ts";
import { type Queries, type SQL, sql } from "./drizzle.ts";
import { addingRollups } from "./rollups.ts";
import { arraysOf, prepare, type Statement, unnestAs } from "./statement.ts";
import { normalizedEvents, rollups } from "./tables.ts";

/** The statements that repair the rollups, in this order, once the rows of the events say what they say now. */
export const createRollupRepair = (db: Queries): ((events: readonly ChangedEvent[]) => readonly Statement[]) => {
  const add = prepare(addingRollups(db, "added"));
  const removals = [dropEmpty, takeFromQuarters, takeFromAllTime].map(prepare);
  return (events) => {
    const moved = events.filter(({ before, after }) => !isCountedAlike(before, after));
    if (moved.length === 0) return [];
    const added = deltasOf(moved.map(({ after }) => after));
    const gone = arraysOf(rollups, "gone", deltasOf(moved.map(({ before }) => before)));
    return [add(arraysOf(rollups, "added", added)), ...removals.map((remove) => remove(gone))];
  };
};

const isCountedAlike = (before: Event, after: Event): boolean =>
  isCounted(before) === isCounted(after) && (!isCounted(after) || before.fingerprint === after.fingerprint);

const deltasOf = (events: readonly Event[]): readonly RollupDelta[] => {
  const deltas = createRollupDeltas();
  for (const event of events) if (isCounted(event)) deltas.add(event);
  return deltas.deltas();
};

const gone = sql`with gone as (select * from ${unnestAs(rollups, "gone")})`;
const isGone = sql`(r.grain_minutes, r.bucket, r.client, r.metric, r.unit)
  = (gone.grain_minutes, gone.bucket, gone.client, gone.metric, gone.unit)`;
const isQuarter = sql`r.grain_minutes = ${sql.raw(String(QUARTER_HOUR))}`;
const isExtreme = sql`(gone.min <= r.min or gone.max >= r.max)`;

/** What came has been added already, so a bucket that loses all that it counts is empty. */
const dropEmpty = sql`${gone} delete from ${rollups} r using gone where ${isGone} and r.count = gone.count`;

// Where nothing is found the extremes are null, which no row can hold: then the books were wrong before.

/** Each quarter of an hour is looked through once, however many series have lost an extreme in it. */
const takeFromQuarters = sql`${gone},
  searched as materialized (select distinct r.bucket from gone join ${rollups} r on ${isGone} where ${isQuarter} and ${isExtreme}),
  found as materialized (
    select searched.bucket, e.* from searched cross join lateral (
      select client, metric, coalesce(unit, '') as unit, min(amount) as min, max(amount) as max
      from ${normalizedEvents}
      where "timestamp" >= searched.bucket
        and "timestamp" < searched.bucket + interval '${sql.raw(String(QUARTER_HOUR_US))} microseconds'
        and (client, metric, coalesce(unit, '')) in (select client, metric, unit from gone) and voided_by is null
      group by 1, 2, 3) as e
  )
  update ${rollups} r set count = r.count - gone.count, sum = r.sum - gone.sum,
    min = case when ${isExtreme} then found.min else r.min end, max = case when ${isExtreme} then found.max else r.max end
  from gone left join found using (bucket, client, metric, unit) where ${isGone} and ${isQuarter}`;

const isOfSeries = sql`q.grain_minutes = ${sql.raw(String(QUARTER_HOUR))} and q.client = r.client
  and q.metric = r.metric and q.unit = r.unit`;

/** Mostly another quarter has the same extreme, and the first of them is enough. */
const extremeOf = (name: "min" | "max"): SQL => {
  const [column, gained] = [sql.raw(name), sql.raw(name === "min" ? "gone.min > r.min" : "gone.max < r.max")];
  return sql`case
    when ${gained} or exists (select from ${rollups} q where ${isOfSeries} and q.${column} = r.${column}) then r.${column}
    else (select ${column}(q.${column}) from ${rollups} q where ${isOfSeries}) end`;
};

const takeFromAllTime = sql`${gone}
  update ${rollups} r set count = r.count - gone.count, sum = r.sum - gone.sum, min = ${extremeOf("min")}, max = ${extremeOf("max")}
  from gone where ${isGone} and r.grain_minutes = ${sql.raw(String(ALL_TIME))}`;
