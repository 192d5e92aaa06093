// Who asks, and what they may do.

/** What a token may be allowed to do. `admin` may do everything; of the others none includes another. */
export const scopes = ["ingest", "read", "operate", "admin"] as const;
export type Scope = (typeof scopes)[number];

export interface Principal {
  /** The id of its token; null where nobody has to say who they are. */
  readonly token: string | null;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  /** Those that it is bound to: it sends for them and sees of them alone. Null: all. */
  readonly clients: readonly string[] | null;
  /** How the log names it; null where nobody has to say who they are. */
  readonly label: string | null;
}

/** Whoever asks where no tokens are required. */
export const anyone: Principal = { token: null, name: null, scopes: ["admin"], clients: null, label: null };

/** Whoever has shown no token where one is required. */
export const nobody: Principal = { ...anyone, scopes: [] };

export const hasScope = ({ scopes }: Pick<Principal, "scopes">, scope: Scope): boolean =>
  scopes.includes(scope) || scopes.includes("admin");
