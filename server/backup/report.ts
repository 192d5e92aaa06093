// What a backup or a restore is doing and what came of it: for people where a terminal watches, else a line of JSON for
// each step.
import { barOf, drawLine, leaveLine, type Output, REDRAW_MS } from "../progress.ts";
import { grouped } from "../transfer/progress.ts";

const LINES = 10;
const MEGABYTE = 1_000_000;

export interface Steps {
  /** What is done now. Where its size is known, `add` tells how far it is. */
  begin(step: string, totalBytes?: number): void;
  add(bytes: number): void;
  /** Leaves the line. */
  end(): void;
  /** Takes the progress of a verification; nothing where nobody would read it. */
  readonly output: Output;
}

export const createSteps = (output: Output): Steps => {
  let [step, total, done] = ["", 0, 0];
  let [drawnAt, linesDone] = [0, 0];

  const draw = (): void => {
    if (output.isTTY) drawLine(output, barLine(step, done, total));
    else drawLine(output, JSON.stringify({ step, doneBytes: done, totalBytes: total }));
  };
  const isDue = (): boolean => {
    const now = performance.now();
    const lines = Math.floor((done / total) * LINES);
    const isToDraw = output.isTTY ? now - drawnAt >= REDRAW_MS : lines > linesDone;
    if (isToDraw) [drawnAt, linesDone] = [now, lines];
    return isToDraw;
  };

  return {
    begin: (name, totalBytes = 0) => {
      [step, total, done] = [name, totalBytes, 0];
      [drawnAt, linesDone] = [0, 0];
      if (output.isTTY) drawLine(output, `${step} …`);
      else drawLine(output, JSON.stringify({ step, ...(total === 0 ? {} : { totalBytes }) }));
    },
    add: (bytes) => {
      done = Math.min(total, done + bytes);
      if (isDue()) draw();
    },
    end: () => leaveLine(output),
    output: output.isTTY ? output : { write: () => undefined },
  };
};

const barLine = (step: string, done: number, total: number): string =>
  `${step} ${barOf(total === 0 ? 1 : done / total)}  ${megabytes(done)} of ${megabytes(total)} MB`;

const megabytes = (bytes: number): string => grouped(Math.round(bytes / MEGABYTE));

/** What is in a file that was verified whole. */
export interface Verified {
  readonly databaseId: string;
  readonly lastSeq: number;
  /** Of the last entry; null where the log has no chain yet. */
  readonly lastHash: string | null;
}

/** A backup that was made, or restored. `seconds`: how long that took. */
export interface BackupReport extends Verified {
  readonly file: string;
  readonly sizeBytes: number;
  readonly seconds: number;
}

/** `words`: what was done, for people. */
export const reportLine = (report: BackupReport & { readonly replaced?: string | null }, words: string): string => {
  const { lastSeq, lastHash, seconds, sizeBytes, replaced } = report;
  const took = `${grouped(lastSeq)} entries, ${megabytes(sizeBytes)} MB in ${grouped(Math.round(seconds))} s`;
  const chain = lastHash === null ? "" : `; the log ends with ${lastHash}`;
  const kept = replaced ? ` What was there before is kept as ${replaced}.` : "";
  return `${words} ${took}, verified: everything is as it should be${chain}.${kept}`;
};
