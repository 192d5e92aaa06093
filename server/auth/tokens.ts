// What people do with tokens: make, rotate and revoke them. Secrets are drawn here, given out once and never kept.
import { randomBytes } from "node:crypto";
import { AppError } from "../domain/error.ts";
import { type Scope, scopes } from "../domain/principal.ts";
import { readText } from "../domain/text.ts";
import { hashSecret, labelOf, stateOf, type Token, tokenText } from "../domain/token.ts";
import type { Log } from "../log.ts";
import type { TokenStore } from "../storage/tokens.ts";

const MAX_NAME_LENGTH = 100;
const MAX_CLIENTS = 100;
const MAX_GRACE_SECONDS = 30 * 86_400;

/** A token and the text that its holder sends, which is known this once. */
export interface Issued {
  readonly token: Token;
  readonly text: string;
}

export interface TokenWish {
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  /** Null: bound to none. */
  readonly clients: readonly string[] | null;
  readonly expiresAtUs: number | null;
  readonly by: string | null;
}

export interface Tokens {
  /** @throws AppError BAD_USER_INPUT where such a token makes no sense. */
  create(wish: TokenWish): Promise<Issued>;
  /** Gives a new secret; the one before holds for so long as well. @throws AppError BAD_USER_INPUT where that cannot be. */
  rotate(id: string, options: { readonly graceSeconds: number; readonly by: string | null }): Promise<Issued>;
  /** For good. @throws AppError BAD_USER_INPUT where there is none. */
  revoke(id: string, by: string | null): Promise<Token>;
}

interface TokensDeps {
  readonly store: Pick<TokenStore, "add" | "find" | "rotate" | "revoke">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  /** Called when something has changed. */
  readonly onChanged?: () => Promise<void>;
  /** Gets a line for each change, with who made it: the table keeps that only of the first and the last of a token. */
  readonly log?: Pick<Log, "info">;
}

export const createTokens = (deps: TokensDeps): Tokens => {
  const { store, now } = deps;
  const note = async (token: Token, by: string | null, words: string): Promise<void> => {
    deps.log?.info({ token: labelOf(token), by }, words);
    await deps.onChanged?.();
  };
  return {
    create: async (wish) => {
      const { expiresAtUs, by } = wish;
      const nowUs = now();
      const asked = { name: readName(wish.name), scopes: readScopes(wish.scopes), clients: readClients(wish) };
      if (expiresAtUs !== null && expiresAtUs <= nowUs) throw wrong("The token would have expired already.");
      const [id, secret] = [randomBytes(6).toString("hex"), drawSecret()];
      await store.add({ id, ...asked, secretHash: hashSecret(secret), createdAtUs: nowUs, createdBy: by, expiresAtUs });
      const token = there(await store.find(id));
      await note(token, by, "a token was made");
      return { token, text: tokenText(id, secret) };
    },
    rotate: async (id, { graceSeconds, by }) => {
      if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > MAX_GRACE_SECONDS)
        throw wrong("The secret before can hold for 0 seconds to 30 days more.");
      const [secret, nowUs] = [drawSecret(), now()];
      const rotation = { id, secretHash: hashSecret(secret), atUs: nowUs };
      const token = await store.rotate({ ...rotation, previousUntilUs: nowUs + graceSeconds * 1_000_000 });
      if (token === null) {
        there(await store.find(id));
        throw wrong("The token was revoked. Make another.");
      }
      await note(token, by, "a token got a new secret");
      return { token, text: tokenText(id, secret) };
    },
    revoke: async (id, by) => {
      const token = there(await store.revoke({ id, atUs: now(), by }));
      await note(token, by, "a token was revoked");
      return token;
    },
  };
};

/** Whether anybody can manage tokens through the API. */
export const hasAdmin = async (store: Pick<TokenStore, "changedSince">, nowUs: number): Promise<boolean> => {
  const { tokens } = await store.changedSince(0);
  return tokens.some((token) => token.scopes.includes("admin") && stateOf(token, nowUs) === "ACTIVE");
};

const wrong = (message: string): AppError => new AppError("BAD_USER_INPUT", message);

const there = (token: Token | null): Token => {
  if (token === null) throw wrong("There is no such token.");
  return token;
};

/** 256 bits. */
const drawSecret = (): string => randomBytes(32).toString("hex");

const readName = (name: string | null): string | null => {
  const text = name?.trim() ?? "";
  if (text === "") return null;
  if (text.length > MAX_NAME_LENGTH || !text.isWellFormed() || /\p{Cc}/u.test(text))
    throw wrong(`A name has 1 to ${MAX_NAME_LENGTH} characters, without control characters.`);
  return text;
};

const readScopes = (wished: readonly Scope[]): readonly Scope[] => {
  const asked = scopes.filter((scope) => wished.includes(scope));
  if (asked.length === 0) throw wrong(`A token needs at least one scope: ${scopes.join(", ")}.`);
  return asked;
};

/** As they are stored. */
const readClients = ({ clients, scopes }: TokenWish): readonly string[] | null => {
  if (clients === null) return null;
  if (scopes.includes("admin")) throw wrong("A token with the scope admin can do everything: bind it to no client.");
  if (clients.length === 0 || clients.length > MAX_CLIENTS)
    throw wrong(`A token is bound to 1 to ${MAX_CLIENTS} clients, or to none where they are left out.`);
  return [...new Set(clients.map(readClient))];
};

const readClient = (client: string): string => {
  const { text, faults } = readText(client);
  if (text !== null) return text;
  throw wrong(`This can be no client: ${faults.map(({ code }) => code).join(", ")}.`);
};
