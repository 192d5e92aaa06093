// Folds the deltas of rollups from time to time, in transactions of its own: nobody waits for an answer meanwhile, but
// for the log. Each server counts what it has written itself, so that several of them only fold more often.
import { isUnavailable } from "../../domain/error.ts";
import type { Log } from "../../log.ts";
import { FOLD_AFTER_ENTRIES, foldDeltas } from "../rollup-work.ts";
import { takeSteps } from "./rollup-store.ts";
import type { InTransaction } from "./transaction.ts";

export interface Folding {
  /** So many events were written. */
  note(events: number): void;
  /** Resolves when nothing is folded any more. */
  end(): Promise<void>;
}

export const createFolding = (inTransaction: InTransaction, log: Pick<Log, "warn"> | undefined): Folding => {
  // What was there before is folded with the first.
  let events = FOLD_AFTER_ENTRIES;
  let work: Promise<void> | null = null;

  const fold = async (): Promise<void> => {
    const folded = events;
    try {
      await inTransaction({ count: 0, nowUs: 0, first: [] }, async ({ db, commit }) => {
        await takeSteps(db, foldDeltas());
        await commit();
      });
      events -= folded;
    } catch (err) {
      // The deltas stay, and are read as before; it is tried again after the next commit.
      if (!isUnavailable(err)) log?.warn({ err }, "the deltas of the rollups could not be folded");
    } finally {
      work = null;
    }
  };

  return {
    note: (count) => {
      events += count;
      if (events >= FOLD_AFTER_ENTRIES) work ??= fold();
    },
    end: async () => {
      await work;
    },
  };
};
