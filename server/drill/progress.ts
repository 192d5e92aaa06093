// How far a drill has come: one line that is redrawn where there is a terminal, else a line for each tenth.
import { groupedText } from "../demo/exact.ts";
import { barOf, drawLine, leaveLine, type Output, REDRAW_MS } from "../progress.ts";
import type { BackupTally } from "./backups.ts";
import type { Tally } from "./tally.ts";

const LINES = 10;

interface ProgressDeps {
  readonly output: Output;
  /** How many there are to be. */
  readonly total: number;
  /** What is shown when so many are through. */
  readonly line: (done: number) => string;
}

export interface Progress {
  /** One more is through. */
  advance(): void;
  /** Shows the last state and leaves the line, once. */
  close(): void;
}

interface Far {
  readonly done: number;
  readonly total: number;
}

export const createProgress = ({ output, total, line }: ProgressDeps): Progress => {
  let done = 0;
  let linesDone = 0;
  let isClosed = false;
  const draw = (): void => drawLine(output, line(done));
  const timer = output.isTTY ? setInterval(draw, REDRAW_MS) : undefined;
  return {
    advance: () => {
      done += 1;
      const lines = Math.floor((done / total) * LINES);
      if (output.isTTY || lines === linesDone) return;
      linesDone = lines;
      draw();
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      if (output.isTTY) draw();
      leaveLine(output);
    },
  };
};

export const cyclesLine = (tally: Tally, { done, total }: Far): string => {
  const { totalKills, answers, cuts, fulls } = tally;
  const figures: readonly (readonly [number, string])[] = [
    [totalKills, "kills"],
    [answers, "events answered"],
    [cuts, "connections cut"],
    [fulls, "times full"],
  ];
  const texts = figures.map(([value, name]) => `${groupedText(String(value))} ${name}`);
  return `${barOf(done / total)}  ${done} of ${total} cycles, ${texts.join(", ")}`;
};

export const backupsLine = ({ asked, meanwhile }: BackupTally, { done, total }: Far): string =>
  `${barOf(done / total)}  ${done} of ${total} backups, ${groupedText(String(asked))} events asked again, ` +
  `${groupedText(String(meanwhile))} answered meanwhile`;
