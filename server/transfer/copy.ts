// Copies a whole database from one backend to another, compares both sides, and only then lets servers use the copy.
// Wherever it is interrupted, the same again goes on behind the last rows that are there.

import type { Output } from "../progress.ts";
import {
  type AppendedTable,
  appendedTables,
  type Begun,
  type Chunk,
  type CopySource,
  type CopyTable,
  type CopyTarget,
  copyTables,
  type Positions,
  type ReplacedTable,
  type Replacements,
  replacedTables,
} from "../storage/copy.ts";
import type { BooksDifference } from "../storage/storage.ts";
import { chunksOf } from "./chunks.ts";
import { type Comparison, compareTable } from "./compare.ts";
import { createProgress } from "./progress.ts";

const CHUNK_ROWS = 5_000;

interface CopyDeps {
  readonly source: CopySource;
  readonly target: CopyTarget;
  /** Takes the progress. */
  readonly output: Output;
  /** Most rows that are written by one statement. */
  readonly chunkRows?: number;
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
export const copyDatabase = async (deps: CopyDeps): Promise<CopyReport> => {
  const { source, target } = deps;
  const begun = await target.begin(source);
  const copiedRows = begun.kind === "complete" ? 0 : await copyMissing(deps, begun.positions);
  const compared = await compareBoth(deps, begun);
  if (begun.kind === "unfinished" && isEqual(compared)) await target.complete(source);
  return { wasComplete: begun.kind === "complete", copiedRows, ...compared, entriesSince: source.entriesSince() };
};

/** Gives the number of rows that were missing. */
const copyMissing = async (deps: CopyDeps, positions: Positions): Promise<number> => {
  const { source, target, output } = deps;
  const upToSeq = positions.normalized_events;
  const total =
    sum(appendedTables.map((table) => source.count(table, positions[table]))) +
    source.countChangedEvents(upToSeq) +
    sum(replacedTables.map((table) => source.count(table, 0)));
  const progress = createProgress({ output, work: "copying", total });
  const onWritten = ({ table, rows }: Chunk): void => progress.add(rows.length, table);
  try {
    for (const table of appendedTables) await appendRows(deps, { table, afterSeq: positions[table], onWritten });
    await target.replace(replacements(deps, { upToSeq, onWritten }), source);
    return total;
  } finally {
    progress.close();
  }
};

interface Rest {
  readonly table: AppendedTable;
  readonly afterSeq: number;
  readonly onWritten: (chunk: Chunk) => void;
}

const appendRows = async (
  { source, target, chunkRows = CHUNK_ROWS }: CopyDeps,
  { table, afterSeq, onWritten }: Rest,
): Promise<void> => {
  let writing = Promise.resolve();
  // The next chunk is read while the one before is written.
  for (const chunk of chunksOf({ table, read: () => source.rows(table, afterSeq), maxRows: chunkRows })) {
    await writing;
    writing = target.append(chunk).then(() => onWritten(chunk));
    // It is awaited in the next turn or below. Where the source fails before that, its error is the one to tell.
    writing.catch(() => undefined);
  }
  await writing;
};

interface ReplacementOptions {
  /** The last event that was there before. */
  readonly upToSeq: number;
  readonly onWritten: Rest["onWritten"];
}

const replacements = (
  { source, chunkRows: maxRows = CHUNK_ROWS }: CopyDeps,
  { upToSeq, onWritten }: ReplacementOptions,
): Replacements => {
  const changed = () => chunksOf({ table: "normalized_events", read: () => source.changedEvents(upToSeq), maxRows });
  return { outdated: changed(), rows: counted(all(), onWritten) };

  function* all(): Generator<Chunk<"normalized_events" | ReplacedTable>> {
    yield* changed();
    for (const table of replacedTables) yield* chunksOf({ table, read: () => source.rows(table, 0), maxRows });
  }
};

/** Each is written when the next is asked for. */
function* counted<C extends Chunk>(chunks: Iterable<C>, onWritten: (chunk: C) => void): Generator<C> {
  for (const chunk of chunks) {
    yield chunk;
    onWritten(chunk);
  }
}

/** Servers that use a complete copy, or its source, go on with these without an entry for each step. */
const restless: ReadonlySet<CopyTable> = new Set(["leases", "jobs", "system_history"]);

const compareBoth = async ({ source, target, output }: CopyDeps, { kind }: Begun) => {
  const names = Object.keys(copyTables) as CopyTable[];
  const tables = names.filter((table) => kind === "unfinished" || !restless.has(table));
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
