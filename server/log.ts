// Structured logs: one JSON object a line on standard output, short, and harmless to the terminal that shows it.
import { type DestinationStream, type Logger, pino } from "pino";

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
      hooks: { streamWrite: escapeControls },
    },
    destination ?? pino.destination(1),
  );

const cut = (value: unknown): unknown =>
  typeof value === "string" && value.length > MAX_TEXT_LENGTH ? `${value.slice(0, MAX_TEXT_LENGTH)}…` : value;

const cutAll = (fields: object): object =>
  typeof fields === "object" && fields !== null
    ? Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cut(value)]))
    : fields;

/** JSON leaves some that terminals obey or that break lines: DEL, those of ISO 6429, and two of Unicode. */
const escapeControls = (line: string): string =>
  line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
