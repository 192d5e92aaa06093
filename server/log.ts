// Structured logs: one JSON object a line on standard output.
import { type Logger, pino } from "pino";

export type Log = Logger;

/** Levels by name, from most to least. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export const createLog = (level: (typeof logLevels)[number]): Log =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
