// Rows in portions: what one statement carries.
import type { Chunk, CopyRow, CopyTable } from "../storage/copy.ts";

/** Enough to be quick, little enough to be held in memory a few times. */
const MAX_CHARACTERS = 4_194_304;
/** A number or an instant, or what else a value takes, about. */
const VALUE_CHARACTERS = 16;

interface ChunkOptions<Table extends CopyTable> {
  readonly table: Table;
  /** Called when the first chunk is asked for: while rows are read, the source can answer nothing else. */
  readonly read: () => Iterable<CopyRow>;
  readonly maxRows: number;
}

/** Rows of one table, in their order. */
export function* chunksOf<Table extends CopyTable>({
  table,
  read,
  maxRows,
}: ChunkOptions<Table>): Generator<Chunk<Table>> {
  let rows: CopyRow[] = [];
  let characters = 0;
  for (const row of read()) {
    rows.push(row);
    for (const name in row) characters += lengthOf(row[name]);
    if (rows.length < maxRows && characters < MAX_CHARACTERS) continue;
    yield { table, rows };
    [rows, characters] = [[], 0];
  }
  if (rows.length > 0) yield { table, rows };
}

const lengthOf = (value: CopyRow[string] | undefined): number =>
  typeof value === "string" ? value.length + VALUE_CHARACTERS : VALUE_CHARACTERS;
