// Copies a whole database from one backend to another, compares both sides, and only then lets servers use the copy.
// Wherever it is interrupted, the same again goes on behind the last rows that are there.
import {
  type AppendedTable,
  appendedTables,
  type Begun,
  type Chunk,
  type CopyRow,
  type CopySource,
  type CopyTable,
  type CopyTarget,
  copyTables,
  type Positions,
  type ReplacedTable,
  replacedTables,
} from "../storage/copy.ts";
import type { BooksDifference } from "../storage/storage.ts";
import { type Comparison, compareTable } from "./compare.ts";
import { createProgress, type Output, type Progress } from "./progress.ts";

/** What one statement carries: enough to be quick, little enough to be held twice in memory. */
const MAX_CHUNK_ROWS = 5_000;
const MAX_CHUNK_CHARACTERS = 4_194_304;
/** A number, an instant or what separates two values, about. */
const VALUE_CHARACTERS = 16;

interface CopyDeps {
  readonly source: CopySource;
  readonly target: CopyTarget;
  /** Takes the progress. */
  readonly output: Output;
}

export interface CopyReport {
  /** Whether everything had been copied before. */
  readonly wasComplete: boolean;
  readonly copiedRows: number;
  readonly comparisons: readonly Comparison[];
  /** The identities that do not hold in the copy. */
  readonly unbalanced: readonly BooksDifference[];
  /** How many entries the source got meanwhile, which are not in the copy. */
  readonly entriesSince: number;
}

/** Whether servers may use the copy. */
export const isEqual = ({ comparisons, unbalanced }: Pick<CopyReport, "comparisons" | "unbalanced">): boolean =>
  unbalanced.length === 0 && comparisons.every(({ difference }) => difference === null);

/** Copies what is missing and compares everything. @throws CopyRefused, and whatever interrupts it. */
export const copyDatabase = async ({ source, target, output }: CopyDeps): Promise<CopyReport> => {
  const begun = await target.begin(source);
  const copiedRows = begun.kind === "complete" ? 0 : await copyTo(target, { source, output, ...begun });
  const compared = await compareBoth({ source, target, output }, begun);
  if (begun.kind === "unfinished" && isEqual(compared)) await target.complete(source);
  return { wasComplete: begun.kind === "complete", copiedRows, ...compared, entriesSince: source.entriesSince() };
};

interface Missing {
  readonly source: CopySource;
  readonly output: Output;
  readonly positions: Positions;
}

const copyTo = async (target: CopyTarget, { source, output, positions }: Missing): Promise<number> => {
  const total =
    sum(appendedTables.map((table) => source.count(table, positions[table]))) +
    sum(replacedTables.map((table) => source.count(table, 0)));
  const progress = createProgress({ output, work: "copying", total });
  try {
    for (const table of appendedTables)
      await appendTable(target, { source, table, afterSeq: positions[table], progress });
    await target.replace(replacements(source, progress), source);
    return total;
  } finally {
    progress.close();
  }
};

interface Rest {
  readonly source: CopySource;
  readonly table: AppendedTable;
  readonly afterSeq: number;
  readonly progress: Progress;
}

const appendTable = async (target: CopyTarget, { source, table, afterSeq, progress }: Rest): Promise<void> => {
  let writing = Promise.resolve();
  // The next chunk is read while the one before is written.
  for (const chunk of chunksOf(source, table, afterSeq)) {
    await writing;
    writing = target.append(chunk).then(() => progress.add(chunk.rows.length, table));
    // It is awaited below or in the next turn; where the source fails before that, the source's error is the one to tell.
    writing.catch(() => undefined);
  }
  await writing;
};

function* replacements(source: CopySource, progress: Progress): Generator<Chunk<ReplacedTable>> {
  for (const table of replacedTables)
    for (const chunk of chunksOf(source, table, 0)) {
      yield chunk;
      progress.add(chunk.rows.length, table);
    }
}

function* chunksOf<Table extends CopyTable>(
  source: CopySource,
  table: Table,
  afterSeq: number,
): Generator<Chunk<Table>> {
  let rows: CopyRow[] = [];
  let characters = 0;
  for (const row of source.rows(table, afterSeq)) {
    rows.push(row);
    for (const name in row) characters += lengthOf(row[name]);
    if (rows.length < MAX_CHUNK_ROWS && characters < MAX_CHUNK_CHARACTERS) continue;
    yield { table, rows };
    [rows, characters] = [[], 0];
  }
  if (rows.length > 0) yield { table, rows };
}

const lengthOf = (value: CopyRow[string] | undefined): number =>
  typeof value === "string" ? value.length + VALUE_CHARACTERS : VALUE_CHARACTERS;

const compareBoth = async ({ source, target, output }: CopyDeps, { kind }: Begun) => {
  const names = Object.keys(copyTables) as CopyTable[];
  // Servers that use a complete copy, or its source, go on with their later work.
  const tables = names.filter((table) => kind === "unfinished" || table !== "leases");
  const total = sum(tables.map((table) => source.count(table, 0)));
  const progress = createProgress({ output, work: "comparing", total });
  const snapshot = await target.open();
  try {
    const comparisons: Comparison[] = [];
    for (const table of tables) {
      const onRow = (): void => progress.add(1, table);
      comparisons.push(await compareTable(table, { source, target: snapshot, onRow }));
    }
    return { comparisons, unbalanced: await snapshot.books() };
  } finally {
    progress.close();
    await snapshot.close();
  }
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
