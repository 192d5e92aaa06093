// How far work has come: for people one line that is redrawn, where a terminal watches; else a line of JSON each time.

const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;

/** How often a line on a terminal is worth drawing. */
export const REDRAW_MS = 100;

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows this line in place of the one before. */
export const drawLine = (output: Output, line: string): void => {
  // A line that wraps cannot be redrawn.
  if (output.isTTY) output.write(`\r\u001B[2K${line.slice(0, (output.columns ?? DEFAULT_COLUMNS) - 1)}`);
  else output.write(`${line}\n`);
};

/** Tells a step: in words where a terminal watches, else as JSON. */
export const tellStep = (output: Output, words: string, facts: Readonly<Record<string, unknown>>): void => {
  output.write(`${output.isTTY ? words : JSON.stringify(facts)}\n`);
};

/** Leaves the line as it is: what comes next stands below. */
export const leaveLine = (output: Output): void => {
  if (output.isTTY) output.write("\n");
};

/** A bar and the per cent, such as `[######..................]  25%`. `share` is from 0 to 1. */
export const barOf = (share: number): string => {
  const filled = Math.round(share * BAR_WIDTH);
  return `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}]${`${Math.floor(share * 100)}%`.padStart(4)}`;
};
