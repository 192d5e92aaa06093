// Aggregations: a question is answered from the rollups, or from what was answered to the same before where nothing has
// changed since of what that was read from. The database is asked for that each time, so that an answer is never stale,
// whichever server has written; and what comes in for today leaves what was answered about last month as it is.
import { LRUCache } from "lru-cache";
import { AppError } from "../domain/error.ts";
import { type AggregationRow, type Fill, fillIn, MAX_ROWS } from "../domain/fill.ts";
import type { Span } from "../domain/grain.ts";
import { intervalsIn, parseZone } from "../domain/interval.ts";
import { checkPercentiles } from "../domain/percentile.ts";
import type { Aggregation } from "../domain/rollup.ts";
import type { Aggregated, Storage } from "../storage/storage.ts";
import type { AggregationQuestion } from "../storage/summing.ts";
import { createTurns } from "./turns.ts";

export interface AggregationRequest extends Required<Omit<AggregationQuestion, "limit">> {
  readonly limit: number | undefined;
  readonly fill: Fill;
}

export interface AggregationAnswer {
  /** The last entry that it includes. */
  readonly asOfSeq: number;
  /** The same list as long as nothing in it has changed. */
  readonly rows: readonly AggregationRow[];
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

interface Known {
  readonly rows: readonly AggregationRow[];
  readonly rebuilds: number;
  /** Grows while nothing of it changes. */
  asOfSeq: number;
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
    // Without its rows, which would be copied to the thread that looks.
    const since = { asOfSeq: known.asOfSeq, rebuilds: known.rebuilds };
    const { asOfSeq, isChanged } = await storage.rollupChanges(request, since);
    if (!isChanged) known.asOfSeq = Math.max(known.asOfSeq, asOfSeq);
    return !isChanged;
  };

  const find = async (request: AggregationRequest, key: string): Promise<{ known: Known; isCached: boolean }> => {
    const known = cache.get(key);
    if (known !== undefined && (await confirm(request, known))) return { known, isCached: true };
    const fresh = toKnown(await storage.rollups(request), request);
    // What a search for text finds, retention may take away without an entry in the log.
    if (request.filter.text === undefined) cache.set(key, fresh, { size: sizeOf(key, fresh) });
    return { known: fresh, isCached: false };
  };

  return {
    answer: async (request) => {
      check(request);
      const key = JSON.stringify(request);
      const { known, isCached } = await inTurns(key, () => find(request, key));
      onAnswer?.(isCached);
      return { asOfSeq: known.asOfSeq, rows: known.rows, percentiles: request.percentiles };
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

const toKnown = ({ asOfSeq, rebuilds, rows }: Aggregated, request: AggregationRequest): Known => {
  const intervals = request.fill === "NONE" ? [] : intervalsOf(rows, request);
  const filling = { fill: request.fill, intervals, percentiles: request.percentiles.length };
  return { asOfSeq, rebuilds, rows: fillIn(rows, filling) };
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

/** Of a row without its texts. */
const ROW_BYTES = 250;
/** Of each text, besides its characters. */
const TEXT_BYTES = 24;

/** At a guess: what there is of each row times what it takes. */
const sizeOf = (key: string, { rows }: Known): number =>
  rows.reduce((sum, row) => sum + sizeOfRow(row), 2 * key.length + ROW_BYTES);

const sizeOfRow = ({ client, metric, unit, sum, avg, min, max, percentiles }: AggregationRow): number =>
  [client, metric, unit, sum, avg, min, max, ...percentiles].reduce(
    (bytes, text) => bytes + TEXT_BYTES + 2 * (text?.length ?? 0),
    ROW_BYTES,
  );
