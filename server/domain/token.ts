// Tokens: how they are written, what is kept of them, and when they hold.
//
//   sc_<id>_<secret>_<checksum>, all in hex: 12, 64 and 8 digits
//
// The id finds the token and is no secret. Of the secret only a hash is kept. The checksum tells a token that was cut or
// mistyped without asking anyone, and lets scanners find tokens where they should not be.
import { hash, timingSafeEqual } from "node:crypto";
import type { Micros } from "./calendar.ts";
import type { Principal, Scope } from "./principal.ts";

export interface Token {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  /** Those that it is bound to; null: all. */
  readonly clients: readonly string[] | null;
  /** SHA-256 in hex. */
  readonly secretHash: string;
  /** That of the secret before the last rotation; null where there was none. */
  readonly previousHash: string | null;
  /** Until when the secret before holds as well. */
  readonly previousUntilUs: Micros | null;
  readonly createdAtUs: Micros;
  readonly createdBy: string | null;
  readonly expiresAtUs: Micros | null;
  readonly rotatedAtUs: Micros | null;
  readonly revokedAtUs: Micros | null;
  readonly revokedBy: string | null;
  /** To the minute. */
  readonly lastUsedAtUs: Micros | null;
  /** Counts all changes of all tokens: this is the one that made it. */
  readonly made: number;
  /** The last change of this token. */
  readonly revision: number;
}

export type TokenState = "ACTIVE" | "EXPIRED" | "REVOKED";

export const stateOf = ({ revokedAtUs, expiresAtUs }: Token, nowUs: Micros): TokenState => {
  if (revokedAtUs !== null) return "REVOKED";
  return expiresAtUs !== null && expiresAtUs <= nowUs ? "EXPIRED" : "ACTIVE";
};

/** Up to when this secret holds, if nothing changes; null: for ever. False where it is none of the token's. */
export const limitOf = (token: Token, secretHash: string): Micros | null | false => {
  const { expiresAtUs, previousHash, previousUntilUs } = token;
  if (isSame(secretHash, token.secretHash)) return expiresAtUs;
  if (previousHash === null || previousUntilUs === null || !isSame(secretHash, previousHash)) return false;
  return Math.min(previousUntilUs, expiresAtUs ?? Number.POSITIVE_INFINITY);
};

/** In a time that does not tell how much of it is right. */
const isSame = (left: string, right: string): boolean =>
  timingSafeEqual(Buffer.from(left, "hex"), Buffer.from(right, "hex"));

/** How the log names whoever uses it. */
export const labelOf = ({ id, name }: Pick<Token, "id" | "name">): string =>
  name === null ? `token ${id}` : `${name} (token ${id})`;

export const principalOf = ({ id, name, scopes, clients }: Token): Principal => ({
  ...{ token: id, name, scopes, clients },
  label: labelOf({ id, name }),
});

const shape = /^sc_([0-9a-f]{12})_([0-9a-f]{64})_([0-9a-f]{8})$/;

const checksumOf = (id: string, secret: string): string => hash("sha256", `sc_${id}_${secret}`).slice(0, 8);

/** The text that its holder sends. */
export const tokenText = (id: string, secret: string): string => `sc_${id}_${secret}_${checksumOf(id, secret)}`;

/** Null where the text can be no token. */
export const parseToken = (text: string): { readonly id: string; readonly secret: string } | null => {
  const [, id = "", secret = "", checksum] = shape.exec(text) ?? [];
  return checksum !== undefined && checksum === checksumOf(id, secret) ? { id, secret } : null;
};

/** What is kept of a secret: 256 random bits need no salt, and no slow hash. */
export const hashSecret = (secret: string): string => hash("sha256", secret);
