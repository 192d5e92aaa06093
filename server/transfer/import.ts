// Imports a file: its lines go through the ordinary ingestion in batches, while the next are read. So nothing is counted
// twice, however often and wherever the same file is imported, and what was interrupted is imported again as a whole.
import { setTimeout as wait } from "node:timers/promises";
import { AppError, isUnavailable } from "../domain/error.ts";
import type { Result } from "../domain/event.ts";
import type { ImportTally, RejectedLine } from "../domain/import.ts";
import { describeProblem, type Problem } from "../domain/problem.ts";
import type { ImportWriter } from "../pipeline/imports.ts";
import { type Ingest, isRefusal, nameOfFault } from "../pipeline/ingest.ts";
import { createRecordSplitter } from "./csv-records.ts";
import { createLineSplitter, type FileLine, type Splitter } from "./file-lines.ts";
import { createRecordReader, type LineForm, type ReadLine, readJsonLine } from "./import-lines.ts";
import { createItemSplitter } from "./json-items.ts";

export type FileFormat = "NDJSON" | "JSON" | "CSV";

/** Of one transaction: from 100 on, a bigger one gains little, and those of others wait for it. */
const MAX_BATCH_LINES = 500;
/** In UTF-16 units: the lines of a batch are read in one go, in which nothing else is done. */
const MAX_BATCH_LENGTH = 524_288;
const MAX_SHOWN_LENGTH = 500;
/** How long a database that does not serve is waited for. */
const MAX_UNAVAILABLE_MS = 60_000;
const PAUSE_MS = 500;

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
 * @throws AppError BAD_USER_INPUT where the file is none of its format, UNAVAILABLE where the database is away for long or
 * the signal has ended it; and whatever the file throws.
 */
export const importFile = async (
  deps: ImportDeps,
  { file, format, form, writer, signal }: ImportJob,
): Promise<void> => {
  const { ingest, now } = deps;
  const readLine = createReader(format, form, now);
  const commit = createCommit(ingest, signal);
  let batch: Line[] = [];
  let length = 0;
  let committing = Promise.resolve();

  const flush = async (): Promise<void> => {
    const lines = batch;
    [batch, length] = [[], 0];
    await committing;
    if (signal.aborted) throw stopped(signal);
    committing = commit(lines).then((results) => tell(writer, lines, results));
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

type Line = FileLine & ReadLine;

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

/** For whoever imports while the server drains, or may not go on for another reason. */
export const stopped = ({ reason }: AbortSignal): AppError => {
  if (reason instanceof AppError) return reason;
  const words = "The server is shutting down. Import the same file again: nothing is counted twice.";
  return new AppError("UNAVAILABLE", words, { retryAfterMs: 1_000 });
};

/** What became of a line: its result, or the fault that it met. */
type Fate = Result | { readonly outcome: "FAULTED"; readonly fault: string };

/** Commits lines, and waits where the database does not serve. */
const createCommit = (ingest: Pick<Ingest, "ingest">, signal: AbortSignal) => {
  const ingestPatiently = async (lines: readonly Line[]): Promise<readonly Result[]> => {
    const startedAtMs = performance.now();
    for (;;) {
      try {
        return await ingest.ingest(lines.map(({ submitted }) => submitted));
      } catch (error) {
        if (!isUnavailable(error) || performance.now() - startedAtMs > MAX_UNAVAILABLE_MS) throw error;
        await wait(error.retryAfterMs ?? PAUSE_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw stopped(signal);
      }
    }
  };

  // Its neighbours must not suffer for a line that meets a fault.
  const commitEach = async (lines: readonly Line[]): Promise<readonly Fate[]> => {
    const fates: Fate[] = [];
    for (const line of lines) {
      const fate = await ingestPatiently([line]).catch((error: unknown) => {
        if (isRefusal(error)) throw error;
        return [{ outcome: "FAULTED", fault: nameOfFault(error) }] as const;
      });
      fates.push(...fate);
    }
    return fates;
  };

  return (lines: readonly Line[]): Promise<readonly Fate[]> =>
    ingestPatiently(lines).catch((error: unknown) => {
      if (isRefusal(error)) throw error;
      return commitEach(lines);
    });
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
