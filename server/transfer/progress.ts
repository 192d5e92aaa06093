// How far work on many rows has come: one line that is redrawn where there is a terminal, else a line of JSON for each
// tenth.
import { barOf, drawLine, leaveLine, type Output, REDRAW_MS } from "../progress.ts";

const LINES = 10;

interface ProgressDeps {
  readonly output: Output;
  /** What is being done, such as "copying". */
  readonly work: string;
  /** How many rows there are. */
  readonly total: number;
}

export interface Progress {
  /** That many more rows are done. `detail`: where it is now. */
  add(rows: number, detail: string): void;
  /** Shows the last state and leaves the line. */
  close(): void;
}

export const createProgress = ({ output, work, total }: ProgressDeps): Progress => {
  const startedAt = performance.now();
  let done = 0;
  let where = "";
  let drawnAt = 0;
  let linesDone = 0;

  const draw = (): void => {
    const seconds = (performance.now() - startedAt) / 1000;
    if (output.isTTY) drawLine(output, progressLine({ work, total, done, seconds, where }));
    else drawLine(output, JSON.stringify({ step: work, doneRows: done, totalRows: total, at: where }));
  };

  const isDue = (): boolean => {
    const now = performance.now();
    const lines = Math.floor((done / total) * LINES);
    const isToDraw = output.isTTY ? now - drawnAt >= REDRAW_MS : lines > linesDone && done < total;
    if (isToDraw) [drawnAt, linesDone] = [now, lines];
    return isToDraw;
  };

  return {
    add: (rows, detail) => {
      done += rows;
      where = detail;
      if (isDue()) draw();
    },
    close: () => {
      draw();
      leaveLine(output);
    },
  };
};

interface State {
  readonly work: string;
  readonly total: number;
  readonly done: number;
  readonly seconds: number;
  readonly where: string;
}

export const progressLine = ({ work, total, done, seconds, where }: State): string => {
  const share = total === 0 ? 1 : done / total;
  const rate = Math.round(done / Math.max(seconds, 0.001));
  return `${work} ${barOf(share)}  ${grouped(done)} of ${grouped(total)} rows, ${grouped(rate)}/s  ${where}`.trimEnd();
};

/** For people: thousands apart by commas. */
export const grouped = (number: number): string => number.toLocaleString("en-US");
