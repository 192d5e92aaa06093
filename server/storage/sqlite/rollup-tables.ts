// The tables of the rollups, and of what is not yet folded into them.
import type { Grain } from "../../domain/grain.ts";
import { blob, index, integer, primaryKey, sqliteTable, text } from "./drizzle.ts";

/** What is known of the events of a series in a span of time. */
const tallyColumns = () => ({
  client: text().notNull(),
  metric: text().notNull(),
  /** Empty where the events have no unit: a key cannot hold null. */
  unit: text().notNull(),
  count: integer().notNull(),
  sum: text().notNull(),
  min: text().notNull(),
  max: text().notNull(),
  /** How many of them were received after their quarter of an hour had ended. */
  late: integer().notNull(),
  /** The last entry that changed it. */
  revision: integer().notNull(),
  /** How many amounts there are of which size (bins.ts). */
  bins: blob({ mode: "buffer" }).notNull(),
});

/** The buckets of all grains (grain.ts), without what the deltas say besides. */
export const rollups = sqliteTable(
  "rollups",
  {
    grainMinutes: integer("grain_minutes").$type<Grain>().notNull(),
    /** The bucket's start; 0 for all time. */
    bucketUs: integer("bucket_us").notNull(),
    ...tallyColumns(),
  },
  (table) => [
    primaryKey({
      columns: [table.grainMinutes, table.bucketUs, table.client, table.metric, table.unit],
    }),
    index("proof_of_rollups").on(table.revision),
  ],
);

/** What the last commits have brought to quarters of an hour, until it is folded into the rollups of all grains. */
export const rollupDeltas = sqliteTable(
  "rollup_deltas",
  {
    bucketUs: integer("bucket_us").notNull(),
    ...tallyColumns(),
  },
  // The newest are written behind all others.
  (table) => [
    primaryKey({ columns: [table.revision, table.bucketUs, table.client, table.metric, table.unit] }),
    index("proof_of_deltas").on(table.revision),
  ],
);

/**
 * The last entry that has changed any rollup of a day of UTC, as far as it is folded: by it an answer is known to hold still.
 * Days that nothing was folded into since there is this table are not in it.
 */
export const rollupDays = sqliteTable(
  "rollup_days",
  {
    dayUs: integer("day_us").primaryKey(),
    revision: integer().notNull(),
  },
  (table) => [index("proof_of_days").on(table.revision)],
);
