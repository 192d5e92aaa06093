// The key of a server that a command starts for itself alone: a token that rests in the memory of both and nowhere else, so
// that the command gets in where the database asks for tokens, and nobody else on the machine does.
import { randomBytes } from "node:crypto";
import { hashSecret, type Token, tokenText } from "../domain/token.ts";
import type { TokenStore } from "../storage/tokens.ts";

export interface Key {
  readonly token: Token;
  /** What the command sends. */
  readonly text: string;
}

export const drawKey = (): Key => {
  const [id, secret] = [randomBytes(6).toString("hex"), randomBytes(32).toString("hex")];
  const never = { expiresAtUs: null, rotatedAtUs: null, revokedAtUs: null, revokedBy: null, lastUsedAtUs: null };
  return {
    token: {
      ...{ id, name: "command line", scopes: ["admin"], clients: null, secretHash: hashSecret(secret), ...never },
      ...{ previousHash: null, previousUntilUs: null, createdAtUs: 0, createdBy: null, made: 0, revision: 0 },
    },
    text: tokenText(id, secret),
  };
};

/** The tokens of the store, and the key. */
export const withKey = (store: TokenStore, { token }: Key): TokenStore => ({
  ...store,
  find: async (id) => (id === token.id ? token : store.find(id)),
});
