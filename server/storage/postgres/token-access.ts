// The tokens of a database, for the command line.
import type { TokenStore } from "../tokens.ts";
import { openDatabase } from "./database.ts";
import { retrying } from "./retry.ts";
import { createTokenStore } from "./tokens.ts";

/** Two for transactions that write, one for each kind of reading, one to listen. */
const CONNECTIONS = 6;

/** @throws Error where the database cannot be opened. */
export const openTokenStore = async (
  url: string,
): Promise<{ readonly store: TokenStore; readonly close: () => Promise<void> }> => {
  const { lookups, close } = await openDatabase({ url, readUrl: null, connections: CONNECTIONS });
  return { store: createTokenStore((work) => retrying(() => work(lookups))), close };
};
