// How far a drill has come: one line that is redrawn where there is a terminal, else a line for each tenth.
import { groupedText } from "../demo/exact.ts";
import { barOf, drawLine, leaveLine, type Output, REDRAW_MS } from "../progress.ts";
import type { Tally } from "./tally.ts";

const LINES = 10;

interface ProgressDeps {
  readonly output: Output;
  readonly tally: Tally;
  readonly cycles: number;
}

export interface Progress {
  /** One more cycle has ended. */
  advance(): void;
  /** Shows the last state and leaves the line, once. */
  close(): void;
}

export const createProgress = ({ output, tally, cycles }: ProgressDeps): Progress => {
  let done = 0;
  let linesDone = 0;
  let isClosed = false;
  const draw = (): void => drawLine(output, progressLine({ tally, cycles, done }));
  const timer = output.isTTY ? setInterval(draw, REDRAW_MS) : undefined;
  return {
    advance: () => {
      done += 1;
      const lines = Math.floor((done / cycles) * LINES);
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

export const progressLine = ({
  tally,
  cycles,
  done,
}: {
  readonly tally: Tally;
  readonly cycles: number;
  readonly done: number;
}): string => {
  const { totalKills, answers, cuts, fulls } = tally;
  const figures: readonly (readonly [number, string])[] = [
    [totalKills, "kills"],
    [answers, "events answered"],
    [cuts, "connections cut"],
    [fulls, "times full"],
  ];
  const texts = figures.map(([value, name]) => `${groupedText(String(value))} ${name}`);
  return `${barOf(done / cycles)}  ${done} of ${cycles} cycles, ${texts.join(", ")}`;
};
