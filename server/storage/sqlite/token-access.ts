// The tokens of a file, for the command line. Where a server has the file they are changed beside it: that is one short
// transaction in a table of which the server remembers nothing for longer than a few seconds.
import type { TokenStore } from "../tokens.ts";
import { isUpToDate, openBeside } from "./database.ts";
import { Owned } from "./owner.ts";
import { placeOf } from "./place.ts";
import { createSqliteStorage } from "./storage.ts";
import { createTokenWrites, findToken, listTokens, tokensChangedSince } from "./tokens.ts";

export interface TokenAccess {
  readonly store: TokenStore;
  close(): Promise<void>;
}

/** Makes the database where there is none. @throws Error where it cannot be opened. */
export const openTokenStore = async (file: string): Promise<TokenAccess> => {
  try {
    const { tokens, close } = await createSqliteStorage({ file, now: () => Date.now() * 1000 });
    return { store: tokens, close };
  } catch (error) {
    if (!(error instanceof Owned)) throw error;
    return openBesideServer(placeOf(file));
  }
};

const openBesideServer = (file: string): TokenAccess => {
  if (!isUpToDate(file)) throw new Error("the server that has the database is of another version. Stop it first.");
  const db = openBeside(file);
  const writes = createTokenWrites(db);
  return {
    store: {
      add: async (token) => writes.addToken(token),
      rotate: async (rotation) => writes.rotateToken(rotation),
      revoke: async (revocation) => writes.revokeToken(revocation),
      noteUses: async (uses) => writes.noteTokenUses(uses),
      find: async (id) => findToken(db, id),
      list: async (range) => listTokens(db, range),
      changedSince: async (revision) => tokensChangedSince(db, revision),
    },
    close: async () => {
      db.$client.close();
    },
  };
};
