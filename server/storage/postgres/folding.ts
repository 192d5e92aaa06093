// Folds the deltas of rollups from time to time, in transactions of its own: nobody waits for an answer meanwhile, but
// for the log. Each server counts what it has written itself, so that several of them only fold more often.
import { isUnavailable } from "../../domain/error.ts";
import type { Log } from "../../log.ts";
import { foldDeltas } from "../rollup-work.ts";
import { takeSteps } from "./rollup-store.ts";
import type { InTransaction } from "./transaction.ts";

/** After so many entries deltas are folded: each question reads them all, and all servers wait for a fold. */
const FOLD_AFTER_ENTRIES = 4_096;

export interface Folding {
  /** So many events were written. */
  note(events: number): void;
  /** Resolves when nothing is folded any more. */
  end(): Promise<void>;
}

interface FoldingDeps {
  readonly inTransaction: InTransaction;
  readonly log?: Pick<Log, "warn"> | undefined;
  readonly afterEntries?: number | undefined;
}

export const createFolding = ({ inTransaction, log, afterEntries = FOLD_AFTER_ENTRIES }: FoldingDeps): Folding => {
  let events = 0;
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
      if (events >= afterEntries) work ??= fold();
    },
    end: async () => {
      await work;
    },
  };
};
