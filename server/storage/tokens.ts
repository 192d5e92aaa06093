// The tokens as they are stored. They are never deleted: those that hold no more are witnesses.
import type { Micros } from "../domain/calendar.ts";
import type { Range } from "../domain/filter.ts";
import type { Token } from "../domain/token.ts";

/** A token as it is made. */
export type NewToken = Pick<
  Token,
  "id" | "name" | "scopes" | "clients" | "secretHash" | "createdAtUs" | "createdBy" | "expiresAtUs"
>;

/** A new secret for a token; the one before holds until then as well. */
export type Rotation = Pick<Token, "id" | "secretHash"> & {
  readonly atUs: Micros;
  readonly previousUntilUs: Micros;
};

export interface Revocation {
  readonly id: string;
  readonly atUs: Micros;
  readonly by: string | null;
}

/**
 * All changes are numbered without gaps in order of commit, whichever server makes them, so that each server can ask for
 * what has changed since it last looked.
 */
export interface TokenStore {
  add(token: NewToken): Promise<void>;
  /** Null where there is none that can be rotated. */
  rotate(rotation: Rotation): Promise<Token | null>;
  /** Null where there is none; one that was revoked before stays as it is. */
  revoke(revocation: Revocation): Promise<Token | null>;
  find(id: string): Promise<Token | null>;
  /** By when they were made. */
  list(range: Range): Promise<readonly Token[]>;
  /** Those that were made, rotated or revoked after this revision, and the last revision of all. */
  changedSince(revision: number): Promise<{ readonly revision: number; readonly tokens: readonly Token[] }>;
  /** Notes when tokens were last used. Never backwards, and no change that is numbered. */
  noteUses(uses: readonly { readonly id: string; readonly usedAtUs: Micros }[]): Promise<void>;
}
