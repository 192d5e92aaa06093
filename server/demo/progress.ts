// How far a run has come: one line that is redrawn where there is a terminal, else a line every so often.
import { groupedText } from "./exact.ts";
import type { Counts } from "./ledger.ts";

const REDRAW_MS = 100;
const LINE_MS = 2_000;
const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

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
    // A line that wraps cannot be redrawn.
    if (output.isTTY) output.write(`\r\u001B[2K${line.slice(0, (output.columns ?? DEFAULT_COLUMNS) - 1)}`);
    else output.write(`${line}\n`);
  };
  const timer = setInterval(draw, output.isTTY ? REDRAW_MS : LINE_MS);
  return {
    close: () => {
      clearInterval(timer);
      draw();
      if (output.isTTY) output.write("\n");
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
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}`;
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
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const texts = figures.map(([value, name]) => `${groupedText(String(value))} ${name}`);
  return `[${bar}]${percent}  ${groupedText(String(rate))}/s  ${texts.join(", ")}`;
};
