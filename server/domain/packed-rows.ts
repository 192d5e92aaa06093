// Rows of an aggregation in little: a few long values, where each row would be a dozen objects. So they go from one thread
// to another in a tenth of the time, and where they are kept, they are nothing that the garbage collector has to visit.
import type { Aggregation } from "./rollup.ts";

/** A column of values that occur again and again: which there are, and the place of each row's value among them. */
interface Repeated<Value> {
  readonly values: readonly Value[];
  readonly places: Uint32Array;
}

export interface PackedRows {
  readonly length: number;
  readonly fromUs: Repeated<number | null>;
  readonly toUs: Repeated<number | null>;
  readonly client: Repeated<string | null>;
  readonly metric: Repeated<string | null>;
  readonly unit: Repeated<string | null>;
  readonly rank: Repeated<number | null>;
  readonly isOther: Repeated<boolean>;
  readonly count: Float64Array;
  readonly late: Float64Array;
  readonly revision: Float64Array;
  /** One in each line, as of all that are decimals. */
  readonly sum: string;
  readonly min: string;
  readonly max: string;
  /** How many a row has. */
  readonly percentilesOfRow: number;
  readonly percentiles: string;
  /** A 1 for each that is approximate, else a 0. */
  readonly approximate: string;
}

const NONE: readonly never[] = [];

export const packRows = (rows: readonly Aggregation[]): PackedRows => {
  const percentilesOfRow = rows[0]?.percentiles.length ?? 0;
  const withPercentiles = percentilesOfRow === 0 ? NONE : rows;
  return {
    length: rows.length,
    fromUs: packRepeated(rows, ({ fromUs }) => fromUs),
    toUs: packRepeated(rows, ({ toUs }) => toUs),
    client: packRepeated(rows, ({ client }) => client),
    metric: packRepeated(rows, ({ metric }) => metric),
    unit: packRepeated(rows, ({ unit }) => unit),
    rank: packRepeated(rows, ({ rank }) => rank),
    isOther: packRepeated(rows, ({ isOther }) => isOther),
    count: packNumbers(rows, ({ count }) => count),
    late: packNumbers(rows, ({ late }) => late),
    revision: packNumbers(rows, ({ revision }) => revision),
    sum: rows.map(({ sum }) => sum).join("\n"),
    min: rows.map(({ min }) => min).join("\n"),
    max: rows.map(({ max }) => max).join("\n"),
    percentilesOfRow,
    percentiles: withPercentiles.flatMap(({ percentiles }) => percentiles).join("\n"),
    approximate: withPercentiles.flatMap(({ approximate }) => approximate.map(Number)).join(""),
  };
};

const packNumbers = (rows: readonly Aggregation[], read: (row: Aggregation) => number): Float64Array => {
  const numbers = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) numbers[index] = read(rows[index] as Aggregation);
  return numbers;
};

const packRepeated = <Value>(rows: readonly Aggregation[], read: (row: Aggregation) => Value): Repeated<Value> => {
  const placeOf = new Map<Value, number>();
  const places = new Uint32Array(rows.length);
  let [last, place] = [undefined as Value | undefined, 0];
  for (let index = 0; index < rows.length; index += 1) {
    const value = read(rows[index] as Aggregation);
    if (value !== last || index === 0) {
      place = placeOf.get(value) ?? placeOf.size;
      if (place === placeOf.size) placeOf.set(value, place);
      last = value;
    }
    places[index] = place;
  }
  return { values: [...placeOf.keys()], places };
};

export const unpackRows = (packed: PackedRows): readonly Aggregation[] =>
  viewRows(packed).map((row) => ({
    fromUs: row.fromUs,
    toUs: row.toUs,
    client: row.client,
    metric: row.metric,
    unit: row.unit,
    count: row.count,
    sum: row.sum,
    min: row.min,
    max: row.max,
    late: row.late,
    revision: row.revision,
    percentiles: row.percentiles,
    approximate: row.approximate,
    rank: row.rank,
    isOther: row.isOther,
  }));

/**
 * Rows that are still packed: what is read of one is looked up then. For who reads little of each and keeps none; they
 * cannot be copied by their properties.
 */
export const viewRows = (packed: PackedRows): readonly Aggregation[] => {
  const columns = openColumns(packed);
  return Array.from({ length: packed.length }, (_, index) => new RowView(columns, index));
};

/** The texts are taken apart when the first of them is read. */
const openColumns = (packed: PackedRows) => ({
  packed,
  sum: openLines(packed.sum),
  min: openLines(packed.min),
  max: openLines(packed.max),
  percentiles: openLines(packed.percentiles),
});

const openLines = (text: string): (() => readonly string[]) => {
  let lines: readonly string[] | undefined;
  return () => {
    lines ??= text.split("\n");
    return lines;
  };
};

class RowView implements Aggregation {
  readonly #columns: ReturnType<typeof openColumns>;
  readonly #index: number;

  constructor(columns: ReturnType<typeof openColumns>, index: number) {
    this.#columns = columns;
    this.#index = index;
  }

  get fromUs() {
    return valueIn(this.#columns.packed.fromUs, this.#index);
  }

  get toUs() {
    return valueIn(this.#columns.packed.toUs, this.#index);
  }

  get client() {
    return valueIn(this.#columns.packed.client, this.#index);
  }

  get metric() {
    return valueIn(this.#columns.packed.metric, this.#index);
  }

  get unit() {
    return valueIn(this.#columns.packed.unit, this.#index);
  }

  get count() {
    return this.#columns.packed.count[this.#index] as number;
  }

  get sum() {
    return this.#columns.sum()[this.#index] as string;
  }

  get min() {
    return this.#columns.min()[this.#index] as string;
  }

  get max() {
    return this.#columns.max()[this.#index] as string;
  }

  get late() {
    return this.#columns.packed.late[this.#index] as number;
  }

  get revision() {
    return this.#columns.packed.revision[this.#index] as number;
  }

  get percentiles() {
    return this.#percentilesIn(this.#columns.percentiles());
  }

  get approximate() {
    return Array.from(this.#percentilesIn(this.#columns.packed.approximate), (digit) => digit === "1");
  }

  get rank() {
    return valueIn(this.#columns.packed.rank, this.#index);
  }

  get isOther() {
    return valueIn(this.#columns.packed.isOther, this.#index);
  }

  #percentilesIn<Items extends string | readonly string[]>(items: Items): Items | readonly never[] {
    const { percentilesOfRow } = this.#columns.packed;
    if (percentilesOfRow === 0) return NONE;
    return items.slice(this.#index * percentilesOfRow, (this.#index + 1) * percentilesOfRow) as Items;
  }
}

const valueIn = <Value>({ values, places }: Repeated<Value>, index: number): Value =>
  values[places[index] as number] as Value;

/** What they take in memory, at a guess. */
export const bytesOf = (packed: PackedRows): number => {
  let bytes = 0;
  for (const column of Object.values(packed)) bytes += bytesOfColumn(column);
  return bytes;
};

const bytesOfColumn = (column: PackedRows[keyof PackedRows]): number => {
  if (typeof column === "string") return column.length;
  if (typeof column === "number") return 8;
  if ("places" in column) return column.places.byteLength + BYTES_OF_VALUE * column.values.length;
  return column.byteLength;
};

/** Names are seldom longer. */
const BYTES_OF_VALUE = 64;
