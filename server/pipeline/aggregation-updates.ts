// An aggregation, for those who watch: what it is now, then what has changed, at most four times a second. Who starts from
// the first update and puts the rows of each later one in place has what the query answers as of the same entry.
//
// All look at the same moments, so that those who watch the same share the look, its answer and what is made of it. A
// watcher who takes nothing more costs nothing more: it is told later what has changed since.
import { AppError, isUnavailable } from "../domain/error.ts";
import { type AggregationUpdate, changesOf, wholeOf } from "./aggregation-changes.ts";
import type { AggregationAnswer, AggregationRequest, Aggregations } from "./aggregations.ts";
import { createPause } from "./pause.ts";

/** A quarter of a second would be five times in some seconds, as timers go. */
const LOOK_EVERY_MS = 280;
/** Rests so many times as long as a look leave most of the database to others. */
const REST_FACTOR = 2;
/** Rows that all watchers of a server may hold together: 300 MB, if none watches what another does. */
const MAX_WATCHED_ROWS = 1_000_000;
const RETRY_AFTER_MS = 10_000;

export interface AggregationUpdates {
  /** `return()` ends it at once, even while it waits. @throws AppError as the query does. */
  follow(request: AggregationRequest): AsyncGenerator<AggregationUpdate, void>;
}

interface UpdatesDeps {
  readonly aggregations: Pick<Aggregations, "answer">;
  readonly maxWatchedRows?: number;
  readonly lookEveryMs?: number;
}

export const createAggregationUpdates = ({
  aggregations,
  maxWatchedRows = MAX_WATCHED_ROWS,
  lookEveryMs = LOOK_EVERY_MS,
}: UpdatesDeps): AggregationUpdates => {
  let watchedRows = 0;

  /** Counts the rows that a watcher holds now. @throws AppError RATE_LIMITED where they are too many. */
  const hold = (before: AggregationAnswer | null, after: AggregationAnswer | null): void => {
    const more = (after?.rows.length ?? 0) - (before?.rows.length ?? 0);
    if (more > 0 && watchedRows + more > maxWatchedRows)
      throw new AppError("RATE_LIMITED", "Too many rows are being watched. Ask for fewer, or come back later.", {
        retryAfterMs: RETRY_AFTER_MS,
      });
    watchedRows += more;
  };

  const follow: AggregationUpdates["follow"] = (request) => {
    const pause = createPause();
    let last: AggregationAnswer | null = null;
    let restMs = 0;
    let isOver = false;

    const look = async (): Promise<AggregationUpdate | null> => {
      const answer = await aggregations.answer(request);
      // A standby may be behind what was told already.
      if (isOver || (last !== null && answer.asOfSeq <= last.asOfSeq && isStill(last, answer))) return null;
      hold(last, answer);
      const update = last === null ? wholeOf(answer) : changesOf(last, answer);
      last = answer;
      return update;
    };

    /** A database that cannot be read now delays the next update: who watches need not hear of it. */
    const lookAgain = (): Promise<AggregationUpdate | null> =>
      look().catch((error: unknown) => {
        if (last === null || !isUnavailable(error)) throw error;
        return null;
      });

    const next = async (): Promise<IteratorResult<AggregationUpdate, void>> => {
      while (!isOver) {
        if (last !== null) await pause.wait(untilNextLook(restMs, lookEveryMs));
        if (isOver) break;
        const startedAt = performance.now();
        // The first comes between two moments, and the next must not follow at once.
        const leastRestMs = last === null ? lookEveryMs : 0;
        const update = await lookAgain();
        restMs = Math.max(leastRestMs, REST_FACTOR * (performance.now() - startedAt));
        if (update !== null && !isOver) return { done: false, value: update };
      }
      return end();
    };
    const end = (): IteratorResult<AggregationUpdate, void> => {
      if (!isOver) hold(last, null);
      isOver = true;
      pause.end();
      return { done: true, value: undefined };
    };
    const generator: AsyncGenerator<AggregationUpdate, void> = {
      next: () =>
        next().catch((error: unknown) => {
          end();
          throw error;
        }),
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
  return { follow };
};

/** A rebuild changes rows without an entry. */
const isStill = (last: AggregationAnswer, { asOfSeq, version }: AggregationAnswer): boolean =>
  asOfSeq < last.asOfSeq || version === last.version;

/** Until the next moment at which all look, after the rest. */
const untilNextLook = (restMs: number, lookEveryMs: number): number => {
  const atMs = performance.now() + restMs;
  return restMs + lookEveryMs - (atMs % lookEveryMs);
};
