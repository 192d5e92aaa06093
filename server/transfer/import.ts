// Imports a file: its lines go through the ordinary ingestion in batches, while the next are read. So nothing is counted
// twice, however often and wherever the same file is imported, and what was interrupted is imported again as a whole.
import type { ImportTally, RejectedLine } from "../domain/import.ts";
import { describeProblem, type Problem } from "../domain/problem.ts";
import type { ImportWriter } from "../pipeline/imports.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import { createRecordSplitter } from "./csv-records.ts";
import { createLineSplitter, type FileLine, type Splitter } from "./file-lines.ts";
import { createCommit, type Fate, type Line, reasonOf } from "./import-commit.ts";
import { createRecordReader, type LineForm, type ReadLine, readJsonLine } from "./import-lines.ts";
import { createItemSplitter } from "./json-items.ts";

export type FileFormat = "NDJSON" | "JSON" | "CSV";

/** Of one transaction: from 100 on, a bigger one gains little, and those of others wait for it. */
const MAX_BATCH_LINES = 500;
/** In UTF-16 units: the lines of a batch are read in one go, in which nothing else is done. */
const MAX_BATCH_LENGTH = 524_288;
const MAX_SHOWN_LENGTH = 500;

export interface ImportDeps {
  readonly ingest: Pick<Ingest, "ingest">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}

export interface ImportJob {
  /** The file, unpacked. */
  readonly file: AsyncIterable<Buffer>;
  readonly format: FileFormat;
  readonly form: LineForm;
  /** Where it is told how far it has come. */
  readonly writer: Pick<ImportWriter, "addLines">;
  /** Ends it after the batch in hand. */
  readonly signal: AbortSignal;
}

/**
 * Imports to the end of the file. What is told to the writer is counted, whatever comes after it.
 * @throws AppError BAD_USER_INPUT where the file is none of its format, UNAVAILABLE where the database is away for long,
 * RATE_LIMITED where others use up a limit for long, the reason of the signal, and whatever the file throws.
 */
export const importFile = async (
  deps: ImportDeps,
  { file, format, form, writer, signal }: ImportJob,
): Promise<void> => {
  const { ingest, now } = deps;
  const readLine = createReader(format, form, now);
  const onCommitted = (lines: readonly Line[], fates: readonly Fate[]): void => tell(writer, lines, fates);
  const commit = createCommit({ ingest, signal, onCommitted });
  let batch: Line[] = [];
  let length = 0;
  let committing = Promise.resolve();

  const flush = async (): Promise<void> => {
    const lines = batch;
    [batch, length] = [[], 0];
    await committing;
    if (signal.aborted) throw reasonOf(signal);
    committing = commit(lines);
    // It is awaited with the next batch, or at the end.
    committing.catch(() => undefined);
  };
  const take = async (lines: readonly FileLine[]): Promise<void> => {
    for (const line of lines) {
      const read = readLine(line);
      if (read === null) continue;
      batch.push({ ...line, ...read });
      length += line.text.length;
      if (batch.length === MAX_BATCH_LINES || length >= MAX_BATCH_LENGTH) await flush();
    }
  };

  try {
    const splitter = splitters[format]();
    for await (const chunk of file) await take(splitter.push(chunk));
    await take(splitter.end());
    if (batch.length > 0) await flush();
  } finally {
    await committing;
  }
};

const splitters: Readonly<Record<FileFormat, () => Splitter>> = {
  NDJSON: createLineSplitter,
  JSON: createItemSplitter,
  CSV: createRecordSplitter,
};

/** Null for the header. */
const createReader = (format: FileFormat, form: LineForm, now: () => number): ((line: FileLine) => ReadLine | null) => {
  if (format !== "CSV") return (line) => readJsonLine(line, { form, nowUs: now() });
  let readRecord: ReturnType<typeof createRecordReader> | null = null;
  return (line) => {
    if (readRecord !== null) return readRecord(line, { form, nowUs: now() });
    readRecord = createRecordReader(line);
    return null;
  };
};

const tell = (writer: Pick<ImportWriter, "addLines">, lines: readonly Line[], fates: readonly Fate[]): void => {
  const count = (outcome: Fate["outcome"]): number => fates.filter((fate) => fate.outcome === outcome).length;
  const tally: ImportTally = {
    lines: lines.length,
    ...{ accepted: count("ACCEPTED"), duplicates: count("DUPLICATE"), conflicts: count("CONFLICT") },
    ...{ rejected: count("REJECTED") + count("FAULTED"), broken: lines.filter(({ isBroken }) => isBroken).length },
  };
  writer.addLines(
    tally,
    lines.flatMap((line, index) => rejectedLine(line, fates[index])),
  );
};

const rejectedLine = ({ line, text }: Line, fate: Fate | undefined): readonly RejectedLine[] => {
  if (fate === undefined || fate.outcome === "ACCEPTED" || fate.outcome === "DUPLICATE") return [];
  const shown = { line, text: text.slice(0, MAX_SHOWN_LENGTH).toWellFormed() };
  if (fate.outcome === "FAULTED")
    return [{ ...shown, outcome: "REJECTED", problems: [faultProblem(fate.fault)], failure: null }];
  return [{ ...shown, outcome: fate.outcome, problems: fate.failure.problems, failure: fate.failure.id }];
};

const faultProblem = (fault: string): Problem =>
  describeProblem({ code: "PROCESSING_FAULT", path: null, readings: [fault] });
