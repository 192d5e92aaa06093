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
  const removals = [drop, takeFrom(QUARTER_HOUR, extremesOfEvents), takeFrom(ALL_TIME, extremesOfQuarters)].map(
    prepare,
  );
  return (events) => {
    const moved = events.filter(({ before, after }) => !isCountedAlike(before, after));
    const added = deltasOf(moved.map(({ after }) => after));
    const gone = arraysOf(rollups, "gone", deltasOf(moved.map(({ before }) => before)));
    return moved.length === 0
      ? []
      : [add(arraysOf(rollups, "added", added)), ...removals.map((remove) => remove(gone))];
  };
};

const isCountedAlike = (before: Event, after: Event): boolean =>
  isCounted(before) === isCounted(after) && (!isCounted(after) || before.fingerprint === after.fingerprint);

const deltasOf = (events: readonly Event[]): readonly RollupDelta[] => {
  const deltas = createRollupDeltas();
  for (const event of events) if (isCounted(event)) deltas.add(event);
  return deltas.deltas();
};

const GONE = unnestAs(rollups, "gone");

const isItsRow = sql`(r.grain_minutes, r.bucket, r.client, r.metric, r.unit)
  = (gone.grain_minutes, gone.bucket, gone.client, gone.metric, gone.unit)`;

/** What came has been added already, so a bucket that loses all that it counts is empty. */
const drop = sql`delete from ${rollups} r using ${GONE} where ${isItsRow} and r.count = gone.count`;

const isExtreme = sql`(gone.min <= r.min or gone.max >= r.max)`;

/** `extremes`: where to look them up, and by what names. They are null where nothing is found, which no row can hold. */
const takeFrom = (grainMinutes: number, { least, greatest, from }: Extremes): SQL => sql`
  update ${rollups} r set count = r.count - gone.count, sum = r.sum - gone.sum,
    (min, max) = (
      select case when ${isExtreme} then min(${least}) else r.min end, case when ${isExtreme} then max(${greatest}) else r.max end
      from ${from} and ${isExtreme})
  from ${GONE} where ${isItsRow} and r.grain_minutes = ${sql.raw(String(grainMinutes))}`;

interface Extremes {
  readonly least: SQL;
  readonly greatest: SQL;
  /** The tables and the condition. */
  readonly from: SQL;
}

const extremesOfEvents: Extremes = {
  ...{ least: sql`e.amount`, greatest: sql`e.amount` },
  from: sql`${normalizedEvents} e
    where e."timestamp" >= r.bucket and e."timestamp" < r.bucket + interval '${sql.raw(String(QUARTER_HOUR_US))} microseconds'
      and e.client = r.client and e.metric = r.metric and e.unit is not distinct from nullif(r.unit, '')
      and e.voided_by is null`,
};

const extremesOfQuarters: Extremes = {
  ...{ least: sql`q.min`, greatest: sql`q.max` },
  from: sql`${rollups} q
    where q.grain_minutes = ${sql.raw(String(QUARTER_HOUR))} and q.client = r.client and q.metric = r.metric and q.unit = r.unit`,
};
