// The transactions that write. Each begins by moving the head of the log, and so holds its one row until it ends: all
// servers write one after the other, seqs grow in order of commit without gaps, and no reader can pass an entry of a
// slower transaction.
//
// Measured on two cores: taking the row first gives 46,000 events a second in groups of 500 from one server and 51,000
// from two, which is what one PostgreSQL process can write. Taking it last (70,000 from two servers) would cost an event
// an id besides its seq; with sequences and readers behind the oldest open transaction (69,000) there would be no one
// order of commits.
import type { Pool, PoolClient, QueryResult } from "pg";
import type { Micros } from "../../domain/calendar.ts";
import { formatMicros } from "../../domain/timestamp.ts";
import { type Chain, createChain, genesisOf } from "../chain.ts";
import { and, drizzle, eq, type Queries, type SQL, sql } from "./drizzle.ts";
import { isConnectionFault, isReadOnly, unknownOutcome } from "./faults.ts";
import { prepare, type Statement } from "./statement.ts";
import { logHead } from "./tables.ts";

/** How long to wait for the others. Longer than one of them can hold the row without doing anything. */
const LOCK_TIMEOUT_MS = 4_000;
/** After which a server that has vanished, or stands still, loses the row. */
const IDLE_TIMEOUT_MS = 2_000;

// Settings of the transaction and not of the session: a pooler may give each transaction another session. Acknowledged
// means on disk, whatever the database, the role or the session say of synchronous_commit.
// Read committed, because who has waited for the row must see what the one before has written.
const BEGIN = `begin isolation level read committed; set local surecount.begun = on; set local synchronous_commit = on;
  set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`;

/**
 * A condition for what is sent before the answer to `begin` is there. Where that fails, as when somebody cancels it, each
 * statement behind it would be a transaction of its own: an identity without its event would lose the event for ever.
 */
export const isBegun: SQL = sql`current_setting('surecount.begun', true) = 'on'`;

/** The end of the log as a transaction finds it. */
export interface Head {
  /** That of the last entry, once those are written that the transaction has announced. */
  readonly seq: number;
  /** When entries are written now. */
  readonly atUs: Micros;
  /** Goes on behind the last entry that is there. */
  readonly chain: Chain;
  /** The last entry that changed a profile; 0 where there is none. */
  readonly profilesAsOf: number;
}

export interface Transaction {
  /** For statements whose answers are read. */
  readonly db: Queries;
  /** Sends all statements at once. @throws the first error. */
  run(...statements: readonly Statement[]): Promise<readonly QueryResult[]>;
  /** Sends the last statements and the commit. */
  commit(...statements: readonly Statement[]): Promise<void>;
}

interface Opening {
  /** How many entries the transaction will surely add to the log: the head moves by as many. */
  readonly count: number;
  /** The server's clock. */
  readonly nowUs: Micros;
  /** Sent together with the taking of the row; these see all that was committed before. What writes asks for `isBegun`. */
  readonly first: readonly Statement[];
  /** What whoever cannot know whether it was committed should do. */
  readonly ifUnknown?: string;
}

type Work<T> = (transaction: Transaction, head: Head, answers: readonly QueryResult[]) => Promise<T>;

/**
 * Runs `work` in a transaction that has moved the head already. Where it throws, or ends without a commit, nothing is
 * written, except when the connection broke during the commit: then it is UNAVAILABLE, and nobody can know.
 */
export type InTransaction = <T>(opening: Opening, work: Work<T>) => Promise<T>;

interface TransactionDeps {
  /** Sends statements without waiting for the answers to those before. */
  readonly pool: Pool;
  /** Only writes SQL. */
  readonly db: Queries;
  readonly databaseId: string;
  /** Called with how long a transaction that adds events waited for its turn. */
  readonly onLocked?: ((seconds: number) => void) | undefined;
}

export const createTransactions = ({ pool, db, databaseId, onLocked }: TransactionDeps): InTransaction => {
  const { placeholder } = sql;
  const genesis = genesisOf(databaseId);
  const moveHead = prepare(
    db
      .update(logHead)
      .set({
        seq: sql`${logHead.seq} + ${placeholder("count")}::bigint`,
        // An audit trail must not run backwards where a machine's clock did, or differs from another's.
        atUs: sql`greatest(${logHead.atUs}, ${placeholder("now")}::timestamptz)`,
      })
      .where(and(eq(logHead.id, 1), isBegun))
      .returning({
        seq: logHead.seq,
        atUs: sql`(extract(epoch from ${logHead.atUs}) * 1000000)::bigint`.as("at_us"),
        hash: logHead.hash,
        profilesAsOf: logHead.profilesAsOf,
      }),
  );

  return async ({ count, nowUs, first, ifUnknown }, work) => {
    const client = await pool.connect();
    let isCommitting = false;
    const run: Transaction["run"] = (...statements) => together(client, statements);
    const commit: Transaction["commit"] = async (...statements) => {
      isCommitting = true;
      const answers = await withoutWarning(client, ifUnknown, () => run(...statements, COMMIT));
      if (answers.at(-1)?.command !== "COMMIT") throw new Error("PostgreSQL rolled the transaction back.");
    };
    try {
      const move = moveHead({ count, now: formatMicros(nowUs) });
      const onAnswer = count === 0 || onLocked === undefined ? undefined : createTurnWatch(onLocked);
      const [, moved, ...answers] = await together(client, [{ text: BEGIN }, move, ...first], onAnswer);
      const result = await work({ db: drizzle({ client }), run, commit }, toHead(moved, genesis), answers);
      if (!isCommitting) await client.query("rollback");
      client.release();
      return result;
    } catch (error) {
      await undo(client, error);
      throw isCommitting && isConnectionFault(error) ? unknownOutcome(error, { advice: ifUnknown }) : error;
    }
  };
};

const COMMIT: Statement = { text: "commit" };

/** @throws AppError UNAVAILABLE where PostgreSQL warns: of a commit that was told not to wait for the standby any more. */
const withoutWarning = async <T>(
  client: PoolClient,
  advice: string | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  let warning: Error | undefined;
  const note = (notice: { readonly code: string | undefined; readonly message: string | undefined }): void => {
    // The class of warnings; what is only a notice has another.
    if (notice.code?.startsWith("01")) warning = new Error(notice.message);
  };
  client.on("notice", note);
  const result = await work().finally(() => client.off("notice", note));
  if (warning !== undefined)
    throw unknownOutcome(warning, { reason: "The database did not wait for its standby.", advice });
  return result;
};

const toHead = (moved: QueryResult | undefined, genesis: string): Head => {
  const row = moved?.rows[0];
  if (row === undefined)
    throw new Error("The log has no head: a copy into this database is under way, or was not finished.");
  return {
    ...{ seq: Number(row.seq), atUs: Number(row.at_us), profilesAsOf: Number(row.profiles_as_of) },
    chain: createChain(row.hash?.toString("hex") ?? genesis),
  };
};

/** Told of each answer by its place: the transaction has begun, then it holds the row. */
const createTurnWatch = (onLocked: (seconds: number) => void) => {
  let begunAtMs = 0;
  return (place: number): void => {
    if (place === 0) begunAtMs = performance.now();
    if (place === 1) onLocked((performance.now() - begunAtMs) / 1_000);
  };
};

/** Waits for all, so that none is left behind on the connection. */
const together = async (
  client: PoolClient,
  statements: readonly Statement[],
  onAnswer?: (place: number) => void,
): Promise<QueryResult[]> => {
  const send = async (statement: Statement, place: number): Promise<QueryResult> => {
    const answer = await client.query(statement);
    onAnswer?.(place);
    return answer;
  };
  const settled = await Promise.allSettled(statements.map(send));
  return settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
};

const undo = async (client: PoolClient, error: unknown): Promise<void> => {
  try {
    await client.query("rollback");
    // A session that was opened read-only stays so when the database is not any more.
    client.release(isReadOnly(error));
  } catch {
    // The connection is of no use any more, and with it went the transaction.
    client.release(true);
  }
};
