// An aggregation, for those who watch: what it is now, then the rows that have changed, at most four times a second. Who
// starts from the first update and puts the rows of each later one in place has what the query answers as of the same entry.
import { isUnavailable } from "../domain/error.ts";
import type { AggregationRow } from "../domain/fill.ts";
import type { Storage } from "../storage/storage.ts";
import type { AggregationAnswer, AggregationRequest, Aggregations } from "./aggregations.ts";
import { createWaiter } from "./waiter.ts";

const POLL_MS = 250;

export interface AggregationUpdate {
  /** The last entry that it includes. */
  readonly asOfSeq: number;
  /** All rows at first, then those that are new or have changed. */
  readonly rows: readonly AggregationRow[];
  /** Those that are not in the answer any more, as they were. */
  readonly gone: readonly AggregationRow[];
  readonly isApproximate: boolean;
}

interface FollowDeps {
  readonly aggregations: Aggregations;
  readonly storage: Pick<Storage, "head">;
}

/** Follows an aggregation. `return()` ends it at once, even while it waits. @throws AppError as the query does. */
export const followAggregations = (
  { aggregations, storage }: FollowDeps,
  request: AggregationRequest,
): AsyncGenerator<AggregationUpdate, void> => {
  const waiter = createWaiter(POLL_MS);
  let last: AggregationAnswer | null = null;
  let isOver = false;

  const look = async (): Promise<AggregationUpdate | null> => {
    if (last !== null && (await storage.head()) === last.asOfSeq) return null;
    const answer = await aggregations.answer(request);
    const update = changesOf(last, answer);
    const isNews = last === null || update.rows.length > 0 || update.gone.length > 0;
    last = answer;
    return isNews ? update : null;
  };

  /** A database that cannot be read now delays the next update: who watches need not hear of it. */
  const lookAgain = (): Promise<AggregationUpdate | null> =>
    look().catch((error: unknown) => {
      if (last === null || !isUnavailable(error)) throw error;
      return null;
    });

  const next = async (): Promise<IteratorResult<AggregationUpdate, void>> => {
    while (!isOver) {
      if (last !== null) await waiter.wait();
      waiter.endSilence();
      const update = isOver ? null : await lookAgain();
      if (update !== null && !isOver) return { done: false, value: update };
    }
    return end();
  };
  const end = (): IteratorResult<AggregationUpdate, void> => {
    isOver = true;
    waiter.close();
    return { done: true, value: undefined };
  };
  const generator: AsyncGenerator<AggregationUpdate, void> = {
    next,
    return: async () => end(),
    throw: async (error) => {
      end();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => {
      end();
    },
  };
  return generator;
};

const changesOf = (before: AggregationAnswer | null, after: AggregationAnswer): AggregationUpdate => {
  const { asOfSeq, isApproximate } = after;
  // How percentiles are told holds for all rows.
  const isAnew = before === null || before.isApproximate !== isApproximate;
  const known = new Map(before?.rows.map((row) => [keyOf(row), row]));
  const isChanged = (row: AggregationRow): boolean => JSON.stringify(known.get(keyOf(row))) !== JSON.stringify(row);
  const kept = new Set(after.rows.map(keyOf));
  return {
    ...{ asOfSeq, isApproximate },
    rows: isAnew ? after.rows : after.rows.filter(isChanged),
    gone: [...known.values()].filter((row) => !kept.has(keyOf(row))),
  };
};

const keyOf = ({ fromUs, client, metric, unit, isOther }: AggregationRow): string =>
  JSON.stringify([fromUs, client, metric, unit, isOther]);
