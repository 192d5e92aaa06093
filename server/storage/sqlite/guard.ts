// What stands between the callers and the connection that writes: it keeps their waiting short, acknowledges nothing that
// is not certain, stops for good at a fault that does not pass, and tidies up when the callers have their answers.
import type { Database as Connection } from "better-sqlite3";
import { BUSY_TIMEOUT_MS } from "./database.ts";
import { lastingFaultOf, toAppError } from "./faults.ts";
import { watchPlace } from "./place.ts";
import { tellSpace } from "./space.ts";

/** Pages in the log from which on they are copied into the file: 40 MB. */
const MAX_LOG_PAGES = 10_000;
/** To ask how long the log is takes 10 µs, a third of what a small transaction takes. */
const COMMITS_BETWEEN_LOOKS = 16;

export interface Guard {
  /**
   * Runs the work of a caller who has waited for so long already. @throws AppError UNAVAILABLE where the database does not
   * serve, and at once after a fault that does not pass.
   */
  run<T>(work: () => T, waitedMs: number): T;
  /** Called after the answer. @throws the fault that it meets, which is nobody's answer. */
  tidy(): void;
}

interface GuardDeps {
  readonly connection: Connection;
  readonly file: string;
}

export const createGuard = ({ connection, file }: GuardDeps): Guard => {
  const expectInPlace = watchPlace(file);
  const logPages = connection.prepare("pragma wal_checkpoint(NOOP)");
  let busyTimeoutMs = BUSY_TIMEOUT_MS;
  let works = 0;
  let lasting: unknown = null;

  const attempt = <T>(work: () => T): T => {
    if (lasting !== null) throw lasting;
    try {
      return work();
    } catch (error) {
      const told = toAppError(tellSpace(error, file));
      if (lastingFaultOf(told) !== null) lasting = told;
      throw told;
    }
  };

  // Who has waited behind others for a lock must not wait as long again: all of them are told in time.
  const limitWaiting = (waitedMs: number): void => {
    const limitMs = waitedMs < BUSY_TIMEOUT_MS / 10 ? BUSY_TIMEOUT_MS : Math.max(0, BUSY_TIMEOUT_MS - waitedMs);
    if (limitMs === busyTimeoutMs) return;
    busyTimeoutMs = limitMs;
    connection.pragma(`busy_timeout = ${Math.round(limitMs)}`);
  };

  return {
    run: (work, waitedMs) =>
      attempt(() => {
        limitWaiting(waitedMs);
        const result = work();
        expectInPlace();
        return result;
      }),
    tidy: () => {
      works += 1;
      if (lasting !== null || works % COMMITS_BETWEEN_LOOKS !== 0) return;
      attempt(() => {
        const { log, checkpointed } = logPages.get() as { readonly log: number; readonly checkpointed: number };
        if (log - checkpointed >= MAX_LOG_PAGES) connection.pragma("wal_checkpoint(PASSIVE)");
      });
    },
  };
};
