// The log for people: where a terminal watches, each line of JSON is shown as one line to read, and an error with its stack
// below it. What was harmless to the terminal stays so: values stay escaped as JSON has them.
import type { DestinationStream } from "pino";

interface PrettyDeps {
  readonly output: { write(text: string): unknown };
  readonly hasColors: boolean;
}

const RESET = "\u001b[0m";
const DIM = "\u001b[2m";
const levels: Readonly<Record<string, string>> = {
  ...{ trace: "\u001b[2m", debug: "\u001b[2m", info: "\u001b[32m" },
  ...{ warn: "\u001b[33m", error: "\u001b[31m", fatal: "\u001b[1;31m" },
};

export const createPretty = ({ output, hasColors }: PrettyDeps): DestinationStream => {
  const paint = (color: string, text: string): string => (hasColors ? `${color}${text}${RESET}` : text);
  return {
    write: (line) => {
      output.write(`${textOf(line, paint)}\n`);
    },
  };
};

const textOf = (line: string, paint: (color: string, text: string) => string): string => {
  const fields = readLine(line);
  if (fields === null) return line.trimEnd();
  const { level, time, msg = "", err, ...rest } = fields;
  const label = String(level).toUpperCase().padEnd(5);
  const pairs = Object.entries(rest).map(([name, value]) => `${name}=${shown(value)}`);
  const head = [
    paint(DIM, String(time).slice(11, 23)),
    paint(levels[String(level)] ?? "", label),
    shown(msg).replace(/^"|"$/g, ""),
  ];
  const words = pairs.length === 0 ? head : [...head, paint(DIM, pairs.join(" "))];
  return [words.join(" "), ...stackOf(err).map((one) => paint(DIM, `  ${one}`))].join("\n");
};

const readLine = (line: string): Readonly<Record<string, unknown>> | null => {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
};

/** Bare where it is a plain word; else as JSON, in which nothing is left that a terminal obeys. */
const shown = (value: unknown): string =>
  typeof value === "string" && /^[\w./:@+-]+$/.test(value) ? value : escapeControls(JSON.stringify(value) ?? "");

const stackOf = (err: unknown): readonly string[] => {
  if (typeof err !== "object" || err === null) return [];
  const { stack, message } = err as { readonly stack?: unknown; readonly message?: unknown };
  return String(stack ?? message ?? "")
    .split("\n")
    .map((line) => escapeControls(JSON.stringify(line).slice(1, -1).replaceAll('\\"', '"')));
};

/** JSON leaves some that terminals obey or that break lines: DEL, those of ISO 6429, and two of Unicode. */
export const escapeControls = (text: string): string =>
  text.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
