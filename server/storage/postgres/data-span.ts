// Where the data begin and end, which tells what is to be read to answer a question.
import { QUARTER, QUARTER_US, type Span } from "../../domain/grain.ts";
import { eq, max, min, type Queries, type SQL, sql } from "./drizzle.ts";
import { rollupDeltas, rollups } from "./rollup-tables.ts";

export interface DataBounds {
  /** When the first quarter of an hour begins; null where there is none. */
  readonly firstUs: number | null;
  readonly lastUs: number | null;
}

/** The whole quarters of an hour in which all events lie that count. */
export const dataSpan = async (db: Queries): Promise<Span> => {
  const [row] = await db.select(dataBounds(db)).from(sql`(values (1)) as one`);
  return dataSpanOf(row as DataBounds);
};

/** The same as columns of a statement. */
export const dataBounds = (db: Queries) => {
  const { bucketUs } = rollupDeltas;
  const boundOf = (folded: SQL<number | null>, loose: SQL<number | null>, choose: SQL): SQL<number | null> => {
    const ofFolded = db.select({ at: folded }).from(rollups).where(eq(rollups.grainMinutes, QUARTER));
    const ofLoose = db.select({ at: loose }).from(rollupDeltas);
    return sql<number | null>`${choose}((${ofFolded}), (${ofLoose}))`.mapWith(bucketUs);
  };
  return {
    firstUs: boundOf(min(rollups.bucketUs), min(bucketUs), sql`least`),
    lastUs: boundOf(max(rollups.bucketUs), max(bucketUs), sql`greatest`),
  };
};

export const dataSpanOf = ({ firstUs, lastUs }: DataBounds): Span =>
  firstUs === null || lastUs === null ? { fromUs: 0, toUs: 0 } : { fromUs: firstUs, toUs: lastUs + QUARTER_US };
