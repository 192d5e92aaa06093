// A table as it is printed and saved: aligned Markdown, so that it can be read in a terminal and pasted into a text.

/** Two figures that must be equal. */
export interface Check {
  readonly what: string;
  readonly expected: number;
  readonly actual: number;
}

export interface Table {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What has to be known to read the figures. */
  readonly notes: readonly string[];
  readonly checks: readonly Check[];
  /** All single measurements, for the JSON file. */
  readonly runs: unknown;
}

export const isWrong = ({ expected, actual }: Check): boolean => expected !== actual;

/** The table for people. The first column is aligned to the left, the others to the right. */
export const tableText = ({ name, title, columns, rows, notes, checks }: Table): string => {
  const lines = [`## ${name}: ${title}`, "", ...alignedLines([columns, ...rows]), ""];
  lines.push(...notes.map((note) => `- ${note}`), ...checkLines(checks), "");
  return lines.join("\n");
};

const alignedLines = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = "", ...body] = rows.map(
    (row) => `| ${widths.map((width, column) => pad(row[column] ?? "", { width, column })).join(" | ")} |`,
  );
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [head, rule, ...body];
};

const pad = (text: string, { width, column }: { width: number; column: number }): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width);

const checkLines = (checks: readonly Check[]): readonly string[] => {
  const wrong = checks.filter(isWrong);
  if (checks.length > 0 && wrong.length === 0) return [`- ${checks.length} comparisons, all equal.`];
  return wrong.map(({ what, expected, actual }) => `- DIFFERS: ${what}: expected ${expected}, but ${actual}.`);
};

/** 12345.6 -> "12,346"; below ten with two digits. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

export const ms = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : "-");

export const times = (ratio: number): string => (Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : "-");

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
