// The tokens. Changes come one after the other, so that their numbers grow in order of commit: a server that has read up
// to one number has missed none before it.
import type { Range } from "../../domain/filter.ts";
import type { Token } from "../../domain/token.ts";
import { newTokenRow, toToken } from "../rows.ts";
import type { NewToken, Revocation, Rotation, TokenStore } from "../tokens.ts";
import { inRange, orderOf } from "./conditions.ts";
import { and, asc, type Drizzle, drizzle, eq, gt, isNull, max, ne, type Queries, sql } from "./drizzle.ts";
import { transact } from "./pool.ts";
import { tokens } from "./tables.ts";

// On disk when it is answered, whatever the database, the role or the session say of synchronous_commit.
const BEGIN = "begin isolation level read committed; set local synchronous_commit = on";

/** Runs the work with the number that its change is to have. */
const change = <T>({ $client }: Drizzle, work: (db: Queries, revision: number) => Promise<T>): Promise<T> =>
  transact($client, BEGIN, async (client) => {
    const db = drizzle({ client });
    await db.execute(sql`lock table ${tokens} in share row exclusive mode`);
    const [last] = await db.select({ revision: max(tokens.revision) }).from(tokens);
    return work(db, (last?.revision ?? 0) + 1);
  });

/** Once more, where it is not known whether the first time was committed, changes nothing. */
const addToken = (db: Drizzle, token: NewToken): Promise<void> =>
  change(db, async (writing, revision) => {
    await writing.insert(tokens).values(newTokenRow(token, revision)).onConflictDoNothing();
  });

const rotateToken = (db: Drizzle, { id, secretHash, atUs, previousUntilUs }: Rotation): Promise<Token | null> =>
  change(db, async (writing, revision) => {
    await writing
      .update(tokens)
      .set({ secretHash, previousHash: sql`${tokens.secretHash}`, previousUntilUs, rotatedAtUs: atUs, revision })
      .where(and(eq(tokens.id, id), isNull(tokens.revokedAtUs), ne(tokens.secretHash, secretHash)));
    const token = await findToken(writing, id);
    return token?.secretHash === secretHash ? token : null;
  });

const revokeToken = (db: Drizzle, { id, atUs, by }: Revocation): Promise<Token | null> =>
  change(db, async (writing, revision) => {
    await writing
      .update(tokens)
      .set({ revokedAtUs: atUs, revokedBy: by, revision })
      .where(and(eq(tokens.id, id), isNull(tokens.revokedAtUs)));
    return findToken(writing, id);
  });

const noteTokenUses = async (db: Queries, uses: Parameters<TokenStore["noteUses"]>[0]): Promise<void> => {
  for (const { id, usedAtUs } of uses)
    await db
      .update(tokens)
      .set({ lastUsedAtUs: sql`greatest(${tokens.lastUsedAtUs}, ${sql.param(usedAtUs, tokens.lastUsedAtUs)})` })
      .where(eq(tokens.id, id));
};

const findToken = async (db: Queries, id: string): Promise<Token | null> => {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
  return row === undefined ? null : toToken(row);
};

const listTokens = async (db: Queries, range: Range): Promise<readonly Token[]> => {
  const rows = await db
    .select()
    .from(tokens)
    .where(and(...inRange(tokens.made, range)))
    .orderBy(orderOf(tokens.made, range))
    .limit(range.limit);
  return rows.map(toToken);
};

const tokensChangedSince = async (db: Queries, revision: number) => {
  const rows = await db.select().from(tokens).where(gt(tokens.revision, revision)).orderBy(asc(tokens.revision));
  const changed = rows.map(toToken);
  return { revision: changed.at(-1)?.revision ?? revision, tokens: changed };
};

/** All of them, each by `look`, which tries again where the connection breaks. */
export const createTokenStore = (look: <T>(work: (db: Drizzle) => Promise<T>) => Promise<T>): TokenStore => ({
  add: (token) => look((db) => addToken(db, token)),
  rotate: (rotation) => look((db) => rotateToken(db, rotation)),
  revoke: (revocation) => look((db) => revokeToken(db, revocation)),
  noteUses: (uses) => look((db) => noteTokenUses(db, uses)),
  find: (id) => look((db) => findToken(db, id)),
  list: (range) => look((db) => listTokens(db, range)),
  changedSince: (revision) => look((db) => tokensChangedSince(db, revision)),
});
