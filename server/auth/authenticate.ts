// Who sends a request. Tokens that were looked up are remembered; each server asks every second for the tokens that have
// changed since, so that what was revoked anywhere holds nowhere any more within about two seconds, on open sockets too.
//
// Without `AUTH=off`, tokens are required from the first that was ever made on, also where all have ended since: that the
// last one expires must not open the doors.
import { LRUCache } from "lru-cache";
import { AppError, isUnavailable } from "../domain/error.ts";
import { anyone, type Principal } from "../domain/principal.ts";
import { hashSecret, limitOf, parseToken, principalOf, stateOf, type Token } from "../domain/token.ts";
import type { Log } from "../log.ts";
import type { TokenStore } from "../storage/tokens.ts";

const LOOK_EVERY_MS = 1_000;
/** What is remembered is not trusted for longer, where the database does not tell what has changed. */
const TRUST_MS = 5_000;
const MAX_REMEMBERED = 10_000;
const NOTE_USE_EVERY_US = 60_000_000;

/** `open`: nobody has to say who they are, as there is no token yet. `off`: nor where there are. */
export type AuthMode = "open" | "required" | "off";

export interface Auth {
  readonly mode: AuthMode;
  /**
   * Who has this token, or who has none. Known at once where it is remembered.
   * @throws AppError UNAUTHENTICATED, or UNAVAILABLE where the database does not answer.
   */
  authenticate(token: string | null): Principal | Promise<Principal>;
  /** Calls the listener once, when the principal is not let in any more. Gives what ends the watching. */
  watch(principal: Principal, onEnded: (reason: AppError) => void): () => void;
  /** Looks for changes now. @throws AppError UNAVAILABLE. */
  look(): Promise<void>;
  /** Notes what is still to be noted. */
  close(): Promise<void>;
}

interface AuthDeps {
  readonly store: Pick<TokenStore, "find" | "changedSince" | "noteUses">;
  readonly isOff: boolean;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, "info" | "error">;
}

/** A token that was looked up. */
interface Known {
  readonly token: Token;
  /** By the hashes of its secrets. */
  readonly principals: Map<string, Principal>;
  usedAtUs: number;
}

/** By what a principal was let in. */
interface Pass {
  readonly secretHash: string;
  /** Null: for ever. */
  untilUs: number | null;
}

interface Watched {
  readonly principal: Principal;
  readonly onEnded: (reason: AppError) => void;
}

/** @throws AppError UNAVAILABLE. */
export const createAuth = async ({ store, isOff, now, log }: AuthDeps): Promise<Auth> => {
  const known = new LRUCache<string, Known>({ max: MAX_REMEMBERED });
  const passes = new WeakMap<Principal, Pass>();
  const watched = new Set<Watched>();
  const uses = new Map<string, number>();
  let revision = 0;
  let trustedUntilMs = 0;
  let isClosed = false;

  const modeOf = (): AuthMode => {
    if (isOff) return "off";
    return revision === 0 ? "open" : "required";
  };

  const recall = (id: string): Known | undefined => (performance.now() < trustedUntilMs ? known.get(id) : undefined);

  const lookUp = async (id: string): Promise<Known | null> => {
    const before = revision;
    const token = await store.find(id);
    // What has changed meanwhile was swept already: whoever were let in by what it was before would stay.
    if (before !== revision) return lookUp(id);
    if (token === null) return null;
    const found: Known = { token, principals: new Map(), usedAtUs: token.lastUsedAtUs ?? 0 };
    known.set(id, found);
    return found;
  };

  const letIn = (found: Known | null, secretHash: string): Principal => {
    const nowUs = now();
    const pass = found === null ? null : passOf(found.token, secretHash, nowUs);
    if (found === null || pass === null) throw refusal("The token is not valid.");
    const principal = found.principals.get(secretHash) ?? principalOf(found.token);
    if (!passes.has(principal)) {
      found.principals.set(secretHash, principal);
      passes.set(principal, pass);
    }
    noteUse(found, nowUs);
    return principal;
  };

  const noteUse = (found: Known, nowUs: number): void => {
    if (nowUs - found.usedAtUs < NOTE_USE_EVERY_US) return;
    found.usedAtUs = nowUs;
    uses.set(found.token.id, nowUs);
  };

  const authenticate: Auth["authenticate"] = (text) => {
    if (modeOf() !== "required") return anyone;
    if (text === null) throw refusal(HOW);
    const parsed = parseToken(text);
    if (parsed === null) throw refusal("This is no token, or not all of one: it reads sc_<id>_<secret>_<checksum>.");
    const secretHash = hashSecret(parsed.secret);
    const found = recall(parsed.id);
    if (found !== undefined) return letIn(found, secretHash);
    return lookUp(parsed.id).then((looked) => letIn(looked, secretHash));
  };

  /** Ends who has changed, and whose time is over. */
  const sweep = (changed: ReadonlyMap<string, Token>): void => {
    for (const one of watched) {
      const reason = reasonToEnd(one.principal, changed);
      if (reason === null) continue;
      watched.delete(one);
      one.onEnded(reason);
    }
  };

  const reasonToEnd = (principal: Principal, changed: ReadonlyMap<string, Token>): AppError | null => {
    if (principal.token === null) return modeOf() === "required" ? refusal(HOW) : null;
    const pass = passes.get(principal);
    const token = changed.get(principal.token);
    if (pass === undefined) return null;
    try {
      if (token !== undefined) {
        const changedPass = passOf(token, pass.secretHash, now());
        if (changedPass === null) return refusal("This secret was replaced by a rotation of the token.");
        pass.untilUs = changedPass.untilUs;
      }
    } catch (error) {
      return error as AppError;
    }
    return pass.untilUs !== null && pass.untilUs <= now() ? refusal("The token has expired.") : null;
  };

  const look = async (): Promise<void> => {
    const startedMs = performance.now();
    const changes = await store.changedSince(revision);
    const changed = new Map(changes.tokens.map((token) => [token.id, token]));
    for (const id of changed.keys()) known.delete(id);
    if (revision === 0 && changes.revision > 0 && trustedUntilMs > 0)
      log.info("there is a token now: from here on every request needs one");
    revision = Math.max(revision, changes.revision);
    trustedUntilMs = startedMs + TRUST_MS;
    sweep(changed);
  };

  const noteUses = async (): Promise<void> => {
    const noted = [...uses].map(([id, usedAtUs]) => ({ id, usedAtUs }));
    if (noted.length === 0) return;
    uses.clear();
    await store.noteUses(noted);
  };

  const tick = async (): Promise<void> => {
    try {
      await look();
      await noteUses();
    } catch (error) {
      if (!isUnavailable(error) && !isClosed) log.error({ err: error }, "tokens could not be looked at");
    }
  };
  let ticking: Promise<void> | null = null;
  const timer = setInterval(() => {
    ticking ??= tick().finally(() => {
      ticking = null;
    });
  }, LOOK_EVERY_MS);
  timer.unref();
  if (isOff) clearInterval(timer);
  else await look();

  return {
    get mode() {
      return modeOf();
    },
    authenticate,
    watch: (principal, onEnded) => {
      const one = { principal, onEnded };
      watched.add(one);
      return () => watched.delete(one);
    },
    look,
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await ticking;
      // That it was used is no reason not to end.
      await noteUses().catch(() => undefined);
    },
  };
};

const HOW =
  'This server asks for a token. Send it in the header "Authorization: Bearer sc_…", or over WebSocket in connection_init as { "authorization": "Bearer sc_…" }.';

const refusal = (message: string): AppError => new AppError("UNAUTHENTICATED", message);

/** Null where the secret is none of the token's. @throws AppError for whoever knows it, where it holds no more. */
const passOf = (token: Token, secretHash: string, nowUs: number): Pass | null => {
  const untilUs = limitOf(token, secretHash);
  if (untilUs === false) return null;
  const state = stateOf(token, nowUs);
  if (state === "REVOKED") throw refusal("The token was revoked.");
  if (state === "EXPIRED") throw refusal("The token has expired.");
  if (untilUs !== null && untilUs <= nowUs) throw refusal("This secret was replaced by a rotation of the token.");
  return { secretHash, untilUs };
};
