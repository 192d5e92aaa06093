// How much is read at once where a whole list is read, once for both backends.
import type { Portion } from "./storage.ts";

/** Rows of one portion. */
export const PORTION_ROWS = 250;
/** Positions that are looked through for one portion, so that a filter that admits little does not make it last. */
export const PORTION_POSITIONS = 20_000;
/** Text in one portion, about, in UTF-16 units; a single row may have more. */
export const PORTION_LENGTH = 262_144;

/** A portion of the rows that were found after a position and up to another, both within the list. */
export const portionOf = <Row>(
  rows: readonly Row[],
  {
    upTo,
    isCut,
    positionOf,
  }: { readonly upTo: number; readonly isCut: boolean; readonly positionOf: (row: Row) => number },
): Portion<Row> => {
  const last = rows.at(-1);
  return { rows, upTo: isCut && last !== undefined ? positionOf(last) : upTo };
};
