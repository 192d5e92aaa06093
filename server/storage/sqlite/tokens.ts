// The tokens. Each change is one IMMEDIATE transaction, so that its number is the next whichever process makes it.
import type { Range } from "../../domain/filter.ts";
import type { Token } from "../../domain/token.ts";
import { newTokenRow, toToken } from "../rows.ts";
import type { NewToken, Revocation, Rotation, TokenStore } from "../tokens.ts";
import { inRange, orderOf } from "./conditions.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { and, asc, eq, gt, isNull, max, ne, sql } from "./drizzle.ts";
import { tokens } from "./tables.ts";

const lastRevision = (db: Drizzle): number =>
  db
    .select({ revision: max(tokens.revision) })
    .from(tokens)
    .get()?.revision ?? 0;

/** The writes of a TokenStore, without the waiting. */
export const createTokenWrites = (db: Drizzle) => ({
  addToken: (token: NewToken): void =>
    inTransaction(db, () => {
      db.insert(tokens)
        .values(newTokenRow(token, lastRevision(db) + 1))
        .run();
    }),
  rotateToken: ({ id, secretHash, atUs, previousUntilUs }: Rotation): Token | null =>
    inTransaction(db, () => {
      db.update(tokens)
        .set({
          ...{ secretHash, previousHash: sql`${tokens.secretHash}`, previousUntilUs, rotatedAtUs: atUs },
          revision: lastRevision(db) + 1,
        })
        .where(and(eq(tokens.id, id), isNull(tokens.revokedAtUs), ne(tokens.secretHash, secretHash)))
        .run();
      const token = findToken(db, id);
      return token?.secretHash === secretHash ? token : null;
    }),
  revokeToken: ({ id, atUs, by }: Revocation): Token | null =>
    inTransaction(db, () => {
      db.update(tokens)
        .set({ revokedAtUs: atUs, revokedBy: by, revision: lastRevision(db) + 1 })
        .where(and(eq(tokens.id, id), isNull(tokens.revokedAtUs)))
        .run();
      return findToken(db, id);
    }),
  noteTokenUses: (uses: Parameters<TokenStore["noteUses"]>[0]): void =>
    inTransaction(db, () => {
      for (const { id, usedAtUs } of uses)
        db.update(tokens)
          .set({ lastUsedAtUs: sql`max(coalesce(${tokens.lastUsedAtUs}, 0), ${usedAtUs})` })
          .where(eq(tokens.id, id))
          .run();
    }),
});

export const findToken = (db: Drizzle, id: string): Token | null => {
  const row = db.select().from(tokens).where(eq(tokens.id, id)).get();
  return row === undefined ? null : toToken(row);
};

export const listTokens = (db: Drizzle, range: Range): readonly Token[] =>
  db
    .select()
    .from(tokens)
    .where(and(...inRange(tokens.made, range)))
    .orderBy(orderOf(tokens.made, range))
    .limit(range.limit)
    .all()
    .map(toToken);

export const tokensChangedSince = (db: Drizzle, revision: number) => {
  const changed = db
    .select()
    .from(tokens)
    .where(gt(tokens.revision, revision))
    .orderBy(asc(tokens.revision))
    .all()
    .map(toToken);
  return { revision: changed.at(-1)?.revision ?? revision, tokens: changed };
};
