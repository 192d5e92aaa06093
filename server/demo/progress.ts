// How far a run has come: one line that is redrawn where there is a terminal, else a line every so often.
import { barOf, drawLine, leaveLine, type Output, REDRAW_MS } from "../progress.ts";
import { groupedText } from "./exact.ts";
import type { Counts } from "./ledger.ts";

const LINE_MS = 2_000;

interface ProgressDeps {
  readonly output: Output;
  readonly counts: Counts;
  /** How many deliveries there are. */
  readonly planned: number;
}

export interface Progress {
  /** Shows the last state and leaves the line. */
  close(): void;
}

export const createProgress = ({ output, counts, planned }: ProgressDeps): Progress => {
  const startedAt = performance.now();
  const draw = (): void => {
    const line = progressLine({ counts, planned, seconds: (performance.now() - startedAt) / 1000 });
    drawLine(output, line);
  };
  const timer = setInterval(draw, output.isTTY ? REDRAW_MS : LINE_MS);
  return {
    close: () => {
      clearInterval(timer);
      draw();
      leaveLine(output);
    },
  };
};

export const progressLine = ({
  counts,
  planned,
  seconds,
}: {
  counts: Counts;
  planned: number;
  seconds: number;
}): string => {
  const { ACCEPTED, DUPLICATE, CONFLICT, REJECTED, ended, cutOff, lost, faults, refused } = counts;
  const share = planned === 0 ? 1 : ended / planned;
  const answered = ACCEPTED + DUPLICATE + CONFLICT + REJECTED;
  const rate = Math.round(answered / Math.max(seconds, 0.001));
  const figures: readonly (readonly [number, string])[] = [
    [ACCEPTED, "accepted"],
    [DUPLICATE, "duplicates"],
    [CONFLICT, "conflicts"],
    [REJECTED, "rejected"],
    [cutOff + lost, "lost"],
    [faults, "faults"],
    [refused, "refused"],
  ];
  const texts = figures.map(([value, name]) => `${groupedText(String(value))} ${name}`);
  return `${barOf(share)}  ${groupedText(String(rate))}/s  ${texts.join(", ")}`;
};
