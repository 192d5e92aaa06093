// The command token: makes, lists, rotates and revokes tokens, beside servers or without. What it gives out stands alone
// on the standard output, so that a script can take it; all else is told beside it. No secret is ever an argument.
import { AppError } from "../domain/error.ts";
import { type Scope, scopes } from "../domain/principal.ts";
import { formatMicros, parseInstant } from "../domain/timestamp.ts";
import { labelOf, stateOf, type Token } from "../domain/token.ts";
import type { TokenStore } from "../storage/tokens.ts";
import { createTokens } from "./tokens.ts";

const BY = "command line";
const DAY_SECONDS = 86_400;
const PAGE = 500;

/** What the command line says. */
export type TokenRequest =
  | {
      readonly kind: "create";
      readonly scopes: string;
      readonly clients: readonly string[] | undefined;
      readonly name: string | undefined;
      readonly expires: string | undefined;
    }
  | { readonly kind: "list" }
  | { readonly kind: "rotate"; readonly id: string; readonly grace: string | undefined }
  | { readonly kind: "revoke"; readonly id: string };

/** What is printed: the lines of the answer, and what is said beside them. */
export interface TokenAnswer {
  readonly lines: readonly string[];
  readonly note: string | null;
}

interface CommandDeps {
  readonly store: TokenStore;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}

/** @throws AppError BAD_USER_INPUT with one line for the operator. */
export const runTokenCommand = async ({ store, now }: CommandDeps, request: TokenRequest): Promise<TokenAnswer> => {
  const tokens = createTokens({ store, now });
  switch (request.kind) {
    case "create": {
      const { token, text } = await tokens.create({
        ...{ name: request.name ?? null, scopes: parseScopes(request.scopes), clients: request.clients ?? null },
        ...{ expiresAtUs: parseEnd(request.expires, now()), by: BY },
      });
      return { lines: [text], note: `Made ${describe(token)}. It is shown this once.` };
    }
    case "rotate": {
      const graceSeconds = request.grace === undefined ? DAY_SECONDS : parseDuration(request.grace);
      const { token, text } = await tokens.rotate(request.id, { graceSeconds, by: BY });
      const until =
        token.previousUntilUs === null ? "" : ` The secret before holds until ${at(token.previousUntilUs)}.`;
      return { lines: [text], note: `Rotated ${labelOf(token)}. The new secret is shown this once.${until}` };
    }
    case "revoke": {
      const token = await tokens.revoke(request.id, BY);
      return { lines: [`Revoked ${labelOf(token)}.`], note: null };
    }
    case "list": {
      const all = await listAll(store);
      const none = "There are no tokens: a server on loopback lets everyone in.";
      return { lines: tableOf(all, now()), note: all.length === 0 ? none : null };
    }
    default:
      return request satisfies never;
  }
};

const wrong = (message: string): AppError => new AppError("BAD_USER_INPUT", message);

const parseScopes = (text: string): readonly Scope[] =>
  text.split(",").map((one) => {
    const scope = scopes.find((known) => known === one.trim().toLowerCase());
    if (scope === undefined) throw wrong(`--scopes takes ${scopes.join(", ")}, with commas between.`);
    return scope;
  });

const secondsOf = { s: 1, m: 60, h: 3_600, d: DAY_SECONDS } as const;

const parseDuration = (text: string): number => {
  const [, count = "", unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit === undefined) throw wrong("A duration reads 30m, 12h or 90d.");
  return Number(count) * secondsOf[unit as keyof typeof secondsOf];
};

/** Null: never. */
const parseEnd = (text: string | undefined, nowUs: number): number | null => {
  if (text === undefined) return null;
  return parseInstant(text) ?? nowUs + parseDuration(text) * 1_000_000;
};

const listAll = async (store: Pick<TokenStore, "list">): Promise<readonly Token[]> => {
  const all: Token[] = [];
  for (let above = 0; ; ) {
    const page = await store.list({ above, order: "ascending", limit: PAGE });
    all.push(...page);
    above = page.at(-1)?.made ?? above;
    if (page.length < PAGE) return all;
  }
};

/** To the second. */
const at = (us: number): string => formatMicros(Math.floor(us / 1_000_000) * 1_000_000);

const boundTo = ({ clients }: Token): string => (clients === null ? "all" : clients.join(", "));

const describe = (token: Token): string =>
  `${labelOf(token)} for ${token.scopes.join(", ")}, clients: ${boundTo(token)}, ${
    token.expiresAtUs === null ? "without end" : `until ${at(token.expiresAtUs)}`
  }`;

const tableOf = (all: readonly Token[], nowUs: number): readonly string[] => {
  if (all.length === 0) return [];
  const rows = all.map((token) => [
    ...[token.id, stateOf(token, nowUs).toLowerCase(), token.scopes.join(","), boundTo(token)],
    ...[token.expiresAtUs === null ? "never" : at(token.expiresAtUs)],
    ...[token.lastUsedAtUs === null ? "never" : at(token.lastUsedAtUs), token.name ?? ""],
  ]);
  const table = [["id", "state", "scopes", "clients", "expires", "last used", "name"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
};
