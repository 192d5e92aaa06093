// What is kept of the figures of servers over time: a row for each server and step. It is no truth of the domain: what is
// lost of it is only not seen any more.
import type { Micros } from "../domain/calendar.ts";

/** One step of one run of a server. */
export interface HistoryRow {
  /** How long the step is; rows of one length are one series. */
  readonly stepSeconds: number;
  /** When it begins. */
  readonly atUs: Micros;
  readonly server: string;
  /** When the server was started: one that is started anew in the midst of a step writes a row of its own. */
  readonly startedAtUs: Micros;
  /** Text that only those who wrote it understand. */
  readonly figures: string;
}

export interface HistoryQuestion {
  readonly stepSeconds: number;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** The rows of one length that begin before then are to go. */
export interface Outdated {
  readonly stepSeconds: number;
  readonly beforeUs: Micros;
}

export interface History {
  /**
   * Writes rows, in the place of those that are there already, and removes of what is outdated, whoever wrote it, a few.
   * It need not survive a power cut, and no event waits for it.
   */
  write(rows: readonly HistoryRow[], outdated: readonly Outdated[]): Promise<void>;
  /** By when they begin, then by server. */
  read(question: HistoryQuestion): Promise<readonly HistoryRow[]>;
}

/** Most rows of each length that one write removes: more than it adds, and few enough that nobody notices. */
export const MAX_REMOVED = 50;
