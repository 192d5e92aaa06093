// The tables of the rollups, and of what is not yet folded into them, as those of SQLite.
import type { Grain } from "../../domain/grain.ts";
import { anyText, bytes, instant, whole } from "./columns.ts";
import { index, integer, numeric, pgTable, primaryKey } from "./drizzle.ts";

/** What is known of the events of a series in a span of time. */
const tallyColumns = () => ({
  client: anyText().notNull(),
  metric: anyText().notNull(),
  /** Empty where the events have no unit: a key cannot hold null. */
  unit: anyText().notNull(),
  count: whole().notNull(),
  sum: numeric().notNull(),
  min: numeric().notNull(),
  max: numeric().notNull(),
  /** How many of them were received after their quarter of an hour had ended. */
  late: whole().notNull(),
  /** The last entry that changed it. */
  revision: whole().notNull(),
  /** How many amounts there are of which size (bins.ts). */
  bins: bytes().notNull(),
});

/** The buckets of all grains (grain.ts), without what the deltas say besides. */
export const rollups = pgTable(
  "rollups",
  {
    grainMinutes: integer("grain_minutes").$type<Grain>().notNull(),
    /** The bucket's start; 1970 for all time. */
    bucketUs: instant("bucket").notNull(),
    ...tallyColumns(),
  },
  (table) => [primaryKey({ columns: [table.grainMinutes, table.bucketUs, table.client, table.metric, table.unit] })],
);

/** What the last commits have brought to quarters of an hour, until it is folded into the rollups of all grains. */
export const rollupDeltas = pgTable(
  "rollup_deltas",
  {
    bucketUs: instant("bucket").notNull(),
    ...tallyColumns(),
  },
  // The newest are written behind all others.
  (table) => [primaryKey({ columns: [table.revision, table.bucketUs, table.client, table.metric, table.unit] })],
);

/**
 * The last entry that has changed any rollup of a day of UTC, as far as it is folded: by it an answer is known to hold still.
 * Days that nothing was folded into since there is this table are not in it.
 */
export const rollupDays = pgTable(
  "rollup_days",
  {
    dayUs: instant("day").primaryKey(),
    revision: whole().notNull(),
  },
  (table) => [index("days_by_revision").on(table.revision)],
);
