// Relay pages over lists whose rows have growing positions: from the arguments to a range, from its rows to a page.
import { AppError } from "../domain/error.ts";
import { decodeCursor, encodeCursor, type ListName, type Range } from "../domain/filter.ts";

const DEFAULT_SIZE = 50;
const MAX_SIZE = 500;

interface PageArgs {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

interface List<Row> {
  readonly name: ListName;
  readonly databaseId: string;
  /** How positions grow along the list: a list of the newest first is descending. */
  readonly order: Range["order"];
  readonly positionOf: (row: Row) => number;
  readonly rows: (range: Range) => Promise<readonly Row[]>;
}

/** Reads one page of a list. @throws AppError BAD_USER_INPUT where the size or a cursor is not acceptable. */
export const readPage = async <Row>(list: List<Row>, args: PageArgs) => {
  const { name, databaseId, order } = list;
  const size = sizeOf(args);
  const fromEnd = args.last !== null && args.last !== undefined;
  const positionOf = (cursor: string | null | undefined): number | undefined =>
    cursor === null || cursor === undefined ? undefined : decodeCursor(cursor, { list: name, databaseId });
  const [after, before] = [positionOf(args.after), positionOf(args.before)];

  const isAscending = order === "ascending";
  const found = await list.rows({
    above: isAscending ? after : before,
    below: isAscending ? before : after,
    order: isAscending !== fromEnd ? "ascending" : "descending",
    // One more than asked for tells whether there is more.
    limit: size + 1,
  });
  const page = found.slice(0, size);
  if (fromEnd) page.reverse();

  const hasMore = found.length > size;
  const edges = page.map((node) => ({
    cursor: encodeCursor({
      list: name,
      databaseId,
      position: list.positionOf(node),
    }),
    node,
  }));
  return {
    edges,
    pageInfo: {
      // Beyond a bound there is at least the row of its cursor.
      hasNextPage: (!fromEnd && hasMore) || before !== undefined,
      hasPreviousPage: (fromEnd && hasMore) || after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};

const sizeOf = ({ first, last }: PageArgs): number => {
  const isGiven = (size: number | null | undefined): size is number => size !== null && size !== undefined;
  if (isGiven(first) && isGiven(last)) throw new AppError("BAD_USER_INPUT", "Give `first` or `last`, not both.");
  const size = first ?? last ?? DEFAULT_SIZE;
  if (size < 0 || size > MAX_SIZE)
    throw new AppError(
      "BAD_USER_INPUT",
      `A page has 0 to ${MAX_SIZE} rows, not ${size}. Ask for the next page by its cursor.`,
    );
  return size;
};
