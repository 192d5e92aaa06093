// Proves that two sides of a copy hold the same: every row of every table is read back from both and spelled in one way
// that belongs to neither. Nothing is held but the row in hand.
import { createHash, type Hash } from "node:crypto";
import { type CopyRow, type CopySnapshot, type CopySource, type CopyTable, copyTables } from "../storage/copy.ts";

interface Side {
  readonly rows: number;
  /** Over all rows in the order of their key, in hex. */
  readonly sha256: string;
}

/** A row that is not the same on both sides, by its key; null where a side has no more rows. */
interface Difference {
  readonly source: string | null;
  readonly target: string | null;
}

export interface Comparison {
  readonly table: CopyTable;
  readonly source: Side;
  readonly target: Side;
  /** The first; null where both sides are equal. */
  readonly difference: Difference | null;
}

interface CompareDeps {
  readonly source: Pick<CopySource, "rows">;
  readonly target: Pick<CopySnapshot, "rows">;
  /** Called for each row of the source. */
  readonly onRow: () => void;
}

/** Compares one table, row by row. */
export const compareTable = async (table: CopyTable, { source, target, onRow }: CompareDeps): Promise<Comparison> => {
  const [ours, theirs] = [createTally(table), createTally(table)];
  const targetRows = target.rows(table)[Symbol.asyncIterator]();
  let difference: Difference | null = null;
  const compare = (left: CopyRow | undefined, right: CopyRow | undefined): void => {
    const isSame = ours.add(left) === theirs.add(right);
    if (!isSame) difference ??= { source: keyOf(table, left), target: keyOf(table, right) };
  };
  const nextRow = async (): Promise<CopyRow | undefined> => {
    const { done, value } = await targetRows.next();
    return done ? undefined : value;
  };
  for (const row of source.rows(table, 0)) {
    compare(row, await nextRow());
    onRow();
  }
  for (let row = await nextRow(); row !== undefined; row = await nextRow()) compare(undefined, row);
  return { table, source: ours.side(), target: theirs.side(), difference };
};

const createTally = (table: CopyTable) => {
  const hash: Hash = createHash("sha256");
  let rows = 0;
  return {
    /** Gives the row's spelling. */
    add: (row: CopyRow | undefined): string | null => {
      if (row === undefined) return null;
      const text = spell(table, row);
      hash.update(text);
      rows += 1;
      return text;
    },
    side: (): Side => ({ rows, sha256: hash.digest("hex") }),
  };
};

/** A line that is the same for the same row, whichever side it comes from. */
const spell = (table: CopyTable, row: CopyRow): string =>
  `${JSON.stringify(copyTables[table].columns.map((name) => readable(row[name])))}\n`;

const readable = (value: CopyRow[string] | undefined) =>
  value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;

const keyOf = (table: CopyTable, row: CopyRow | undefined): string | null => {
  if (row === undefined) return null;
  const { columns, keys } = copyTables[table];
  const names = columns.slice(0, keys);
  return names.map((name) => `${name} ${JSON.stringify(readable(row[name]))}`).join(", ");
};
