// Walks through a stream of rows in the order of their key, so that several streams can be laid side by side.
import type { Stream } from "../storage/verification.ts";

export interface Cursor<Row> {
  /** The next row; undefined at the end. Call `start` first. */
  readonly head: Row | undefined;
  start(): Promise<void>;
  /** Goes on to the next row. */
  next(): Promise<void>;
  /** Takes all rows up to this key. */
  upTo(key: number): Promise<readonly Row[]>;
  /** Takes the rows that are left, portion by portion. */
  rest(): AsyncGenerator<readonly Row[]>;
}

export const createCursor = <Row>(stream: Stream<Row>, keyOf: (row: Row) => number): Cursor<Row> => {
  const portions = stream[Symbol.asyncIterator]();
  let rows: readonly Row[] = [];
  let at = 0;

  const fill = async (): Promise<void> => {
    do {
      const { done, value } = await portions.next();
      [rows, at] = [done ? [] : value, 0];
      if (done) return;
    } while (rows.length === 0);
  };

  const next = async (): Promise<void> => {
    at += 1;
    if (at >= rows.length) await fill();
  };

  const upTo = async (key: number): Promise<readonly Row[]> => {
    const taken: Row[] = [];
    for (;;) {
      const row = rows[at];
      if (row === undefined || keyOf(row) > key) return taken;
      taken.push(row);
      at += 1;
      if (at >= rows.length) await fill();
    }
  };

  return {
    get head() {
      return rows[at];
    },
    start: fill,
    next,
    upTo,
    rest: async function* () {
      while (rows.length > 0) {
        yield rows.slice(at);
        await fill();
      }
    },
  };
};

/** All rows of a stream that is known to be short. */
export const rowsOf = async <Row>(stream: Stream<Row>): Promise<readonly Row[]> => {
  const all: Row[] = [];
  for await (const rows of stream) all.push(...rows);
  return all;
};
