// Who may send how many events a minute. Where servers share a database, the allowance is kept there, and each server
// takes some of it in advance, so that not every event is a question; what is taken is never more than is allowed.
import { LRUCache } from "lru-cache";
import { AppError, withoutStack } from "../domain/error.ts";
import type { ProfileBook } from "../domain/profile-book.ts";
import { type Allowance, MINUTE_MS, remainingOf, takeFrom } from "../domain/rate.ts";
import type { TakeAllowance } from "../storage/storage.ts";
import { createHolding } from "./holding.ts";

/** What a server takes in advance, as a part of a minute's events; it gives it up when it has not used it. */
const ADVANCE_SHARE = 0.02;
const ADVANCE_MS = 10_000;
/** Of whom it is remembered what they have sent. */
const MAX_ACCOUNTS = 100_000;

/** Who sends events: a client by its name, or a token by its id. */
export interface Sender {
  readonly kind: "client" | "token";
  readonly name: string;
  readonly perMinute: number;
}

export interface Asked extends Sender {
  readonly count: number;
}

/** Events a minute; null for any number. */
export interface RateLimits {
  /** Of each client whose profile says nothing else. */
  readonly clientPerMinute: number | null;
  readonly tokenPerMinute: number | null;
}

/** The client as a sender; null where it may send any number. */
export const clientSender = (
  name: string,
  { clientPerMinute }: RateLimits,
  book: Pick<ProfileBook, "rateLimitOf">,
): Sender | null => {
  const perMinute = book.rateLimitOf(name) ?? clientPerMinute;
  return perMinute === null ? null : { kind: "client", name, perMinute };
};

/** The token as a sender, by its id; null where there is none, or it may send any number. */
export const tokenSender = (id: string | null, { tokenPerMinute }: RateLimits): Sender | null =>
  id === null || tokenPerMinute === null ? null : { kind: "token", name: id, perMinute: tokenPerMinute };

export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** When all of it can be had again. */
  readonly resetAtMs: number;
}

export interface Limiter {
  /**
   * @throws AppError RATE_LIMITED where one of them has used up its events: then none of them has used any. It comes a
   * little late where that one goes on sending all the same.
   */
  take(asked: readonly Asked[]): Promise<void>;
  /** For events that were not written after all, through no fault of their sender's. */
  giveBack(asked: readonly Asked[]): void;
  /** What one may still send. */
  look(sender: Sender): Promise<RateLimit>;
}

interface LimiterDeps {
  /** Null where no other server takes from the same allowances. */
  readonly takeAllowance: TakeAllowance | null;
  readonly nowMs?: () => number;
}

export const createLimiter = ({ takeAllowance, nowMs = Date.now }: LimiterDeps): Limiter => {
  const limiter = takeAllowance === null ? createOwnLimiter(nowMs) : createSharedLimiter(takeAllowance, nowMs);
  const hold = createHolding({ nowMs });
  const take: Limiter["take"] = (asked) =>
    limiter.take(asked).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === "RATE_LIMITED")
        await hold(JSON.stringify([error.details.client, error.details.token]));
      throw error;
    });
  return { ...limiter, take };
};

const keyOf = ({ kind, name }: Sender): string => `${kind}:${name}`;

const createOwnLimiter = (nowMs: () => number): Limiter => {
  const wholeAtMs = new LRUCache<string, number>({ max: MAX_ACCOUNTS });
  const allowanceOf = (sender: Sender): Allowance => ({
    perMinute: sender.perMinute,
    wholeAtMs: wholeAtMs.get(keyOf(sender)) ?? 0,
  });
  return {
    take: async (asked) => {
      const now = nowMs();
      const takings = asked.map((one) => {
        const taking = takeFrom(allowanceOf(one), one.count, now);
        if (!taking.isTaken) throw refusalOf(one, taking.retryAfterMs, rateLimitOf(allowanceOf(one), now));
        return [keyOf(one), taking.wholeAtMs] as const;
      });
      for (const [key, whole] of takings) wholeAtMs.set(key, whole);
    },
    giveBack: (asked) => {
      for (const one of asked) {
        const { wholeAtMs: whole } = allowanceOf(one);
        wholeAtMs.set(keyOf(one), whole - (one.count * MINUTE_MS) / one.perMinute);
      }
    },
    look: async (sender) => rateLimitOf(allowanceOf(sender), nowMs()),
  };
};

/** What a server knows of one sender. */
interface Account {
  /** Events that were taken in advance. */
  advance: number;
  advanceUntilMs: number;
  /** Nothing is to be had before. */
  emptyUntilMs: number;
  /** While it is being asked for. */
  asking: Promise<void> | null;
}

const createSharedLimiter = (takeAllowance: TakeAllowance, nowMs: () => number): Limiter => {
  const accounts = new LRUCache<string, Account>({ max: MAX_ACCOUNTS });
  const accountOf = (sender: Sender): Account => {
    const account = accounts.get(keyOf(sender)) ?? { advance: 0, advanceUntilMs: 0, emptyUntilMs: 0, asking: null };
    accounts.set(keyOf(sender), account);
    return account;
  };

  const dropOld = (account: Account): void => {
    if (account.advanceUntilMs <= nowMs()) account.advance = 0;
  };

  /** Makes sure that so many are there to be taken. @throws AppError RATE_LIMITED. */
  const ensure = async (one: Asked, account: Account): Promise<void> => {
    while (account.asking !== null) await account.asking;
    const now = nowMs();
    dropOld(account);
    if (account.advance >= one.count) return;
    if (account.emptyUntilMs > now) throw refusalOf(one, account.emptyUntilMs - now, leftOf(one, account, MINUTE_MS));
    const asking = Promise.withResolvers<void>();
    account.asking = asking.promise;
    try {
      await fill(one, account);
    } finally {
      account.asking = null;
      asking.resolve();
    }
  };

  const fill = async (one: Asked, account: Account): Promise<void> => {
    const needed = one.count - account.advance;
    const generous = needed + Math.floor(one.perMinute * ADVANCE_SHARE);
    for (const count of new Set([generous, needed])) {
      const taking = await takeAllowance({ key: keyOf(one), perMinute: one.perMinute, count });
      if (taking.isTaken) {
        account.advance += count;
        account.advanceUntilMs = nowMs() + ADVANCE_MS;
        return;
      }
      if (count > needed) continue;
      const isForNow = taking.retryAfterMs !== null && needed === 1;
      if (isForNow) account.emptyUntilMs = nowMs() + (taking.retryAfterMs ?? 0);
      throw refusalOf(one, taking.retryAfterMs, leftOf(one, account, taking.wholeInMs));
    }
  };

  /** What was taken in advance is still to be had. */
  const leftOf = ({ perMinute }: Sender, { advance }: Account, wholeInMs: number): RateLimit => {
    const now = nowMs();
    const known = rateLimitOf({ perMinute, wholeAtMs: now + wholeInMs }, now);
    return { ...known, remaining: Math.min(known.remaining + advance, perMinute) };
  };

  return {
    take: async (asked) => {
      const ours = asked.map((one) => ({ one, account: accountOf(one) }));
      for (;;) {
        for (const { one, account } of ours) await ensure(one, account);
        // Meanwhile others may have used what was there for the first of them.
        if (ours.every(({ one, account }) => account.advance >= one.count)) break;
      }
      for (const { one, account } of ours) account.advance -= one.count;
    },
    giveBack: (asked) => {
      for (const one of asked) {
        const account = accountOf(one);
        dropOld(account);
        account.advance += one.count;
        account.advanceUntilMs = nowMs() + ADVANCE_MS;
      }
    },
    look: async (sender) => {
      const { wholeInMs } = await takeAllowance({ key: keyOf(sender), perMinute: sender.perMinute, count: 0 });
      return leftOf(sender, accountOf(sender), wholeInMs);
    },
  };
};

const rateLimitOf = (allowance: Allowance, nowMs: number): RateLimit => ({
  limit: allowance.perMinute,
  remaining: remainingOf(allowance, nowMs),
  resetAtMs: Math.max(allowance.wholeAtMs, nowMs),
});

const refusalOf = (asked: Asked, retryAfterMs: number | null, { limit, remaining, resetAtMs }: RateLimit): AppError => {
  const { kind, name, count } = asked;
  const who = name === "" ? "Events without a client" : `The ${kind} ${JSON.stringify(name)}`;
  const what = retryAfterMs === null ? "Send fewer at once." : "Nothing was written: send the same request again.";
  const allowed = `${limit} ${limit === 1 ? "event" : "events"} a minute`;
  const message = `${who} may send ${allowed}; ${remaining} are left now, and this request has ${count}. ${what}`;
  const options = {
    ...(retryAfterMs === null ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
    details: { [kind]: name, rateLimit: { of: kind, limit, remaining, resetAt: new Date(resetAtMs).toISOString() } },
  };
  return withoutStack(() => new AppError("RATE_LIMITED", message, options));
};
