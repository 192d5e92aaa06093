// Aggregations: a question is answered from the rollups, or from what was answered to the same before where nothing has
// changed since of what that was read from. The database is asked for that each time, so that an answer is never stale,
// whichever server has written; and what comes in for today leaves what was answered about last month as it is.
import { LRUCache } from "lru-cache";
import { AppError } from "../domain/error.ts";
import { type AggregationRow, checkRows, type Fill, fillIn, MAX_ROWS } from "../domain/fill.ts";
import type { Span } from "../domain/grain.ts";
import { intervalsIn, parseZone } from "../domain/interval.ts";
import { bytesOf, type PackedRows, unpackRows, viewRows } from "../domain/packed-rows.ts";
import { checkPercentiles } from "../domain/percentile.ts";
import type { Aggregation } from "../domain/rollup.ts";
import type { RollupState, Storage } from "../storage/storage.ts";
import type { AggregationQuestion } from "../storage/summing.ts";
import { createTurns } from "./turns.ts";

export interface AggregationRequest extends Required<Omit<AggregationQuestion, "limit">> {
  readonly limit: number | undefined;
  readonly fill: Fill;
}

export interface AggregationAnswer {
  /** The last entry that it includes. */
  readonly asOfSeq: number;
  readonly rows: readonly AggregationRow[];
  /** The same, for who reads little of each row and neither copies nor keeps it. */
  readonly views: readonly AggregationRow[];
  /** The same object as long as nothing in the rows has changed. */
  readonly version: object;
  /** The percentiles that were asked for. */
  readonly percentiles: readonly number[];
}

export interface Aggregations {
  /** @throws AppError BAD_USER_INPUT where the request cannot be answered as it is. */
  answer(request: AggregationRequest): Promise<AggregationAnswer>;
  /** What the answers that are kept take in memory, at a guess. */
  readonly cachedBytes: number;
}

interface AggregationsDeps {
  readonly storage: Pick<Storage, "rollups" | "rollupChanges">;
  /** Called for each question: whether it was answered from the cache. */
  readonly onAnswer?: (isCached: boolean) => void;
  readonly maxCachedBytes?: number;
}

/** An answer as it is kept. */
interface Known {
  readonly version: object;
  /** Without what is filled in. */
  readonly packed: PackedRows;
  /** Goes on while nothing of it changes. */
  state: RollupState;
}

interface Found {
  readonly answer: AggregationAnswer;
  readonly isCached: boolean;
}

const MAX_CACHED_BYTES = 64 * 1024 * 1024;
/** No event is older. */
const EARLIEST_US = Date.UTC(2000, 0) * 1000;

export const createAggregations = ({
  storage,
  onAnswer,
  maxCachedBytes = MAX_CACHED_BYTES,
}: AggregationsDeps): Aggregations => {
  const cache = new LRUCache<string, Known>({ maxSize: maxCachedBytes });
  const inTurns = createTurns();

  /** Whether what is known still holds. */
  const confirm = async (request: AggregationRequest, known: Known): Promise<boolean> => {
    const { asOfSeq, isChanged } = await storage.rollupChanges(request, known.state);
    if (!isChanged) known.state = { ...known.state, asOfSeq };
    return !isChanged;
  };

  const find = async (request: AggregationRequest, key: string): Promise<Found> => {
    const known = cache.get(key);
    if (known !== undefined && (await confirm(request, known)))
      return { answer: toAnswer(known, request), isCached: true };
    const { rows: packed, asOfSeq, rebuilds, reach } = await storage.rollups(request);
    const fresh = { version: {}, packed, state: { asOfSeq, rebuilds, reach } };
    const answer = toAnswer(fresh, request);
    checkRows(request.fill === "NONE" ? packed.length : answer.rows.length);
    // What a search for text finds, retention may take away without an entry in the log.
    if (request.filter.text === undefined) cache.set(key, fresh, { size: bytesOf(packed) + 2 * key.length });
    return { answer, isCached: false };
  };

  return {
    answer: async (request) => {
      check(request);
      const key = JSON.stringify(request);
      const { answer, isCached } = await inTurns(key, () => find(request, key));
      onAnswer?.(isCached);
      return answer;
    },
    get cachedBytes() {
      return cache.calculatedSize;
    },
  };
};

const check = ({ timeZone, percentiles, limit }: AggregationRequest): void => {
  parseZone(timeZone);
  checkPercentiles(percentiles);
  if (limit !== undefined && (limit < 1 || limit > MAX_ROWS))
    throw new AppError("BAD_USER_INPUT", `The limit must be from 1 to ${MAX_ROWS}.`);
};

/** Rows are unpacked, and filled in, when somebody reads them. */
const toAnswer = ({ version, packed, state }: Known, request: AggregationRequest): AggregationAnswer => {
  let rows: readonly AggregationRow[] | undefined;
  return {
    ...{ version, asOfSeq: state.asOfSeq, percentiles: request.percentiles },
    get rows() {
      rows ??= request.fill === "NONE" ? unpackRows(packed) : fill(unpackRows(packed), request);
      return rows;
    },
    get views() {
      return request.fill === "NONE" ? viewRows(packed) : this.rows;
    },
  };
};

const fill = (rows: readonly Aggregation[], request: AggregationRequest): readonly AggregationRow[] =>
  fillIn(rows, {
    fill: request.fill,
    intervals: intervalsOf(rows, request),
    percentiles: request.percentiles.length,
  });

/** All intervals of the range; where it is open, from the first or to the last that has events. */
const intervalsOf = (
  rows: readonly Aggregation[],
  { filter, interval, timeZone }: AggregationRequest,
): readonly Span[] => {
  const [first, last] = [rows.at(0)?.fromUs ?? null, rows.at(-1)?.toUs ?? null];
  if (interval === "ALL" || first === null || last === null) return [];
  const fromUs = Math.max(filter.fromUs ?? first, EARLIEST_US);
  return intervalsIn({ fromUs, toUs: filter.toUs ?? last }, interval, parseZone(timeZone));
};
