// The end of the log, inside a transaction that writes: its new entries, and the head, which then says what they say.
import type { Chain, ChainedEntry } from "../chain.ts";
import { eq, type Queries, type SQLWrapper, sql } from "./drizzle.ts";
import { wakingOthers } from "./listener.ts";
import { arraysOf, rowsOf } from "./statement.ts";
import { logHead, processingLog } from "./tables.ts";

/** Parts of a statement, by name. */
type Parts = Readonly<Record<string, SQLWrapper>>;

interface Ending {
  readonly entries: readonly ChainedEntry[];
  /** At whose end they are. */
  readonly chain: Chain;
  /** How many entries the head has not moved on for yet. */
  readonly toMove: number;
  /** The last of the entries that changes a profile; 0 where none does. */
  readonly profilesAsOf: number;
}

/** The parts that write the end of the log. */
export const endingLog = (db: Queries): Parts => {
  const { placeholder } = sql;
  return {
    entries: db.insert(processingLog).select(rowsOf(processingLog, "entries")),
    head: db
      .update(logHead)
      .set({
        seq: sql`${logHead.seq} + ${placeholder("toMove")}::bigint`,
        hash: sql`${placeholder("hash")}`,
        profilesAsOf: sql`greatest(${logHead.profilesAsOf}, ${placeholder("profilesAsOf")}::bigint)`,
      })
      .where(eq(logHead.id, 1)),
  };
};

/** The values of their placeholders. */
export const endOf = ({ entries, chain, toMove, profilesAsOf }: Ending) => ({
  ...arraysOf(processingLog, "entries", entries),
  ...{ hash: chain.head, toMove, profilesAsOf },
});

/**
 * One statement for all parts, as each costs 50 µs where a group has one event. It wakes the other servers as well, when
 * its transaction is there for all to see.
 */
export const asOneStatement = (parts: Parts): SQLWrapper => {
  const named = Object.entries(parts).map(([name, part]) => sql`${sql.identifier(name)} as ${part}`);
  return sql`with ${sql.join(named, sql`, `)} select ${wakingOthers}`;
};
