// Structured logs: one JSON object a line on standard output, short, and harmless to the terminal that shows it; where a
// terminal watches, the same for people. What is logged for a request or for later work has its id.
import { type DestinationStream, type Logger, pino } from "pino";
import { createPretty, escapeControls } from "./pretty.ts";
import { currentTrail } from "./trail.ts";

export type Log = Logger;

/** Levels by name, from most to least. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Of one text in a line: messages of databases repeat what was sent. */
const MAX_TEXT_LENGTH = 4_000;

export const createLog = (level: (typeof logLevels)[number], destination?: DestinationStream): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cut(value)])),
      },
      serializers: { err: (error: unknown) => cutAll(pino.stdSerializers.err(error as Error)) },
      mixin: () => ({ ...currentTrail() }),
      hooks: { streamWrite: escapeControls },
    },
    destination ?? standardOutput(),
  );

/** NO_COLOR: as https://no-color.org has it. */
const standardOutput = (): DestinationStream => {
  const { stdout, env } = process;
  return stdout.isTTY ? createPretty({ output: stdout, hasColors: !env.NO_COLOR }) : pino.destination(1);
};

const cut = (value: unknown): unknown =>
  typeof value === "string" && value.length > MAX_TEXT_LENGTH ? `${value.slice(0, MAX_TEXT_LENGTH)}…` : value;

const cutAll = (fields: object): object =>
  typeof fields === "object" && fields !== null
    ? Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cut(value)]))
    : fields;
