// Aggregations: a question is answered from the rollups, or from what was answered to the same before where nothing was
// written since. Nothing that the rollups tell changes without an entry in the log, so that the end of the log says whether
// an answer still holds: it is never stale.
import { LRUCache } from "lru-cache";
import { AppError } from "../domain/error.ts";
import { type AggregationRow, type Fill, fillIn, MAX_ROWS } from "../domain/fill.ts";
import type { Span } from "../domain/grain.ts";
import { intervalsIn, parseZone } from "../domain/interval.ts";
import { checkPercentiles } from "../domain/percentile.ts";
import type { Aggregation } from "../domain/rollup.ts";
import type { Aggregated, Storage } from "../storage/storage.ts";
import type { AggregationQuestion } from "../storage/summing.ts";

export interface AggregationRequest extends Required<Omit<AggregationQuestion, "limit">> {
  readonly limit: number | undefined;
  readonly fill: Fill;
}

export interface AggregationAnswer {
  /** The last entry that it includes. */
  readonly asOfSeq: number;
  readonly rows: readonly AggregationRow[];
  /** Whether percentiles are told from bins. */
  readonly isApproximate: boolean;
}

export interface Aggregations {
  /** @throws AppError BAD_USER_INPUT where the request cannot be answered as it is. */
  answer(request: AggregationRequest): Promise<AggregationAnswer>;
}

interface AggregationsDeps {
  readonly storage: Pick<Storage, "rollups" | "head">;
  /** Called for each question: whether it was answered from the cache. */
  readonly onAnswer?: (isCached: boolean) => void;
}

/** Of all answers that are kept, together: a row takes some hundred bytes. */
const MAX_CACHED_ROWS = 100_000;
/** No event is older. */
const EARLIEST_US = Date.UTC(2000, 0) * 1000;

export const createAggregations = ({ storage, onAnswer }: AggregationsDeps): Aggregations => {
  const cache = new LRUCache<string, AggregationAnswer>({
    maxSize: MAX_CACHED_ROWS,
    sizeCalculation: ({ rows }) => rows.length + 1,
  });

  const answer = async (request: AggregationRequest): Promise<AggregationAnswer> => {
    check(request);
    const key = JSON.stringify(request);
    const known = cache.get(key);
    const isCached = known !== undefined && known.asOfSeq === (await storage.head());
    onAnswer?.(isCached);
    if (isCached) return known;
    const fresh = toAnswer(await storage.rollups(request), request);
    cache.set(key, fresh);
    return fresh;
  };
  return { answer };
};

const check = ({ timeZone, percentiles, limit }: AggregationRequest): void => {
  parseZone(timeZone);
  checkPercentiles(percentiles);
  if (limit !== undefined && (limit < 1 || limit > MAX_ROWS))
    throw new AppError("BAD_USER_INPUT", `The limit must be from 1 to ${MAX_ROWS}.`);
};

const toAnswer = ({ asOfSeq, rows, isApproximate }: Aggregated, request: AggregationRequest): AggregationAnswer => {
  const intervals = request.fill === "NONE" ? [] : intervalsOf(rows, request);
  const filling = { fill: request.fill, intervals, percentiles: request.percentiles.length };
  return { asOfSeq, rows: fillIn(rows, filling), isApproximate };
};

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
