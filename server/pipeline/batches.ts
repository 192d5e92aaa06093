// Batches of the log, each read once: all who ask for the same stretch through the same filter get the same object, so
// that whatever is made of a batch can be shared by its identity. Readers in step cost one reading together.
import { hash } from "node:crypto";
import type { Entry } from "../domain/event.ts";
import { type FeedFilter, isAdmittedBy } from "../domain/filter.ts";
import { createMemory } from "../memory.ts";
import type { Storage } from "../storage/storage.ts";

/** How far a question with a filter looks: a filter that admits little must not make it last for ever. */
const MAX_STRETCH = 100_000;
/** About 1 kB each. */
const MAX_REMEMBERED_ENTRIES = 20_000;

export interface FeedBatch {
  /** In order of commit. */
  readonly entries: readonly Entry[];
  /** The seq up to which the log has been read: go on after it. */
  readonly seq: number;
}

/** The first entries after a position, none of them beyond the horizon. */
export type ReadBatch = (after: number, horizon: number) => Promise<FeedBatch>;

interface BatchesDeps {
  readonly storage: Pick<Storage, "entries">;
  readonly maxBatch: number;
}

export interface Batches {
  /** How to read through this filter. */
  through(filter: FeedFilter): ReadBatch;
  /** The batch without entries that says how far the log has been read. */
  readonly empty: (seq: number) => Promise<FeedBatch>;
}

export const createBatches = ({ storage, maxBatch }: BatchesDeps): Batches => {
  const { recall } = createMemory<FeedBatch>({
    maxSize: MAX_REMEMBERED_ENTRIES,
    sizeOf: ({ entries }) => entries.length + 1,
  });

  const query = async (filter: FeedFilter, after: number, upTo: number): Promise<FeedBatch> => {
    const entries = await storage.entries(filter, {
      above: after,
      below: upTo + 1,
      order: "ascending",
      limit: maxBatch,
    });
    const isFull = entries.length === maxBatch;
    return { entries, seq: isFull ? (entries.at(-1)?.seq ?? upTo) : upTo };
  };

  const empty = (seq: number): Promise<FeedBatch> => recall(`${seq}`, async () => ({ entries: [], seq }));

  // By the horizon, even where a batch ends before it: what an entry says of its failure may have changed since.
  const readAll: ReadBatch = (after, horizon) =>
    horizon <= after
      ? empty(after)
      : recall(`${after}-${horizon}`, () => query({}, after, Math.min(horizon, after + maxBatch)));

  const through = (filter: FeedFilter): ReadBatch => {
    const { clients, metrics, outcomes } = filter;
    if (clients === undefined && metrics === undefined && outcomes === undefined) return readAll;
    const key = hash("sha256", JSON.stringify([clients ?? null, metrics ?? null, outcomes ?? null]));
    const isAdmitted = isAdmittedBy(filter);
    const sift = async (after: number, horizon: number): Promise<FeedBatch> => {
      const all = await readAll(after, horizon);
      const entries = all.entries.filter(isAdmitted);
      if (entries.length === all.entries.length) return all;
      return entries.length === 0 ? empty(all.seq) : { entries, seq: all.seq };
    };
    return (after, horizon) => {
      if (horizon <= after) return empty(after);
      // Near the horizon, where all readers meet, a thousand filters must not cost a thousand questions.
      const isNear = horizon - after <= maxBatch;
      return recall(`${after}-${horizon} ${key}`, () =>
        isNear ? sift(after, horizon) : query(filter, after, Math.min(horizon, after + MAX_STRETCH)),
      );
    };
  };

  return { through, empty };
};
