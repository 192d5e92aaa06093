// What is told of an import: how far it has come, and what became of the lines of its file.
import type { Micros } from "./calendar.ts";
import type { Problem } from "./problem.ts";

/** RUNNING -> DONE: every line has its outcome; or STOPPED before that: those that are counted in the report have theirs. */
export type ImportState = "RUNNING" | "DONE" | "STOPPED";

/** A line whose event was not counted: one in conflict as well. */
export interface RejectedLine {
  /** That of the file at which it begins, from 1. */
  readonly line: number;
  readonly outcome: "CONFLICT" | "REJECTED";
  readonly problems: readonly Problem[];
  /** Its text, or the beginning of that. */
  readonly text: string;
  /** The failed event that was kept of it; null where the server met a fault, and keeps it to try it again. */
  readonly failure: number | null;
}

/** Lines are those that hold an event or should: neither empty ones nor the header. */
export interface ImportTally {
  readonly lines: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
  /** Those of the rejected that could not even be read as lines. */
  readonly broken: number;
}

export interface ImportReport extends ImportTally {
  /** That its sender chose, or one drawn at random. */
  readonly id: string;
  /** Those that its sender is bound to; null: none in particular. */
  readonly clients: readonly string[] | null;
  readonly state: ImportState;
  /** Of the file, as far as it has come, as it was sent. */
  readonly bytes: number;
  /** Null where its sender did not say. */
  readonly totalBytes: number | null;
  readonly startedAtUs: Micros;
  readonly endedAtUs: Micros | null;
  /** The first of them. */
  readonly rejectedLines: readonly RejectedLine[];
  /** Why it stopped; null where it did not. */
  readonly error: string | null;
}

/** As many are shown in a report. All of them are failed events. */
export const MAX_REJECTED_LINES = 100;
