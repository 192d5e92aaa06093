// What has become of an answer: the rows that are new or have changed, and those that are gone. Worked out once for all who
// have seen the same and are shown the same.
import type { AggregationRow } from "../domain/fill.ts";
import type { AggregationAnswer } from "./aggregations.ts";

export interface AggregationUpdate extends Omit<AggregationAnswer, "views"> {
  /** Whether `rows` are all there are: what was known before does not count any more. */
  readonly isComplete: boolean;
  /** Those that are not in the answer any more, as they were. */
  readonly gone: readonly AggregationRow[];
}

type Version = AggregationAnswer["version"];

/** Keeps, for what was seen, the update that was made of it last. */
const createMemo = () => {
  const last = new WeakMap<Version, AggregationUpdate>();
  return (seen: Version, shown: AggregationAnswer, make: () => AggregationUpdate): AggregationUpdate => {
    const known = last.get(seen);
    if (known !== undefined && known.version === shown.version && known.asOfSeq === shown.asOfSeq) return known;
    const update = make();
    last.set(seen, update);
    return update;
  };
};

const wholes = createMemo();
const changes = createMemo();

/** What somebody is told who knows nothing yet. */
export const wholeOf = (answer: AggregationAnswer): AggregationUpdate =>
  wholes(answer.version, answer, () => {
    const { asOfSeq, percentiles, version, rows } = answer;
    return { asOfSeq, percentiles, version, rows, isComplete: true, gone: [] };
  });

/** What somebody is told who knows the answer before. */
export const changesOf = (before: AggregationAnswer, after: AggregationAnswer): AggregationUpdate => {
  const { asOfSeq, percentiles, version } = after;
  return changes(before.version, after, () => ({
    ...{ asOfSeq, percentiles, version, isComplete: false },
    ...differences(before, after),
  }));
};

const differences = (before: AggregationAnswer, after: AggregationAnswer) => {
  if (before.version === after.version) return { rows: [], gone: [] };
  const left = new Map(before.rows.map((row) => [keyOf(row), row]));
  const rows = after.rows.filter((row) => {
    const key = keyOf(row);
    const earlier = left.get(key);
    left.delete(key);
    return earlier === undefined || !isAlike(earlier, row);
  });
  return { rows, gone: [...left.values()] };
};

/** Texts hold no control characters. */
const keyOf = ({ fromUs, client, metric, unit, isOther }: AggregationRow): string =>
  `${fromUs}\n${client ?? ""}\n${metric ?? ""}\n${unit ?? ""}\n${isOther}`;

/** Two rows of one key. */
const isAlike = (left: AggregationRow, right: AggregationRow): boolean =>
  left.revision === right.revision &&
  left.count === right.count &&
  left.rank === right.rank &&
  left.late === right.late &&
  left.sum === right.sum &&
  left.avg === right.avg &&
  left.min === right.min &&
  left.max === right.max &&
  left.percentiles.every((value, index) => value === right.percentiles[index]) &&
  left.approximate.every((value, index) => value === right.approximate[index]);
