import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import type { Result } from "../domain/event.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import { createLimiter } from "../pipeline/limiter.ts";
import { createCommit, type Line } from "./import-commit.ts";

const linesOf = (count: number, client = "c"): readonly Line[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ line: index + 1, text: client, isBroken: false },
    submitted: { raw: { client }, idempotencyKey: null },
  })) as unknown as readonly Line[];

/** A clock that only waiting moves. */
let nowMs = 1_000_000;
const clock = {
  nowMs: () => nowMs,
  pause: async (delayMs: number): Promise<void> => {
    nowMs += delayMs;
  },
};

/** Takes events as long as their limits allow. */
const limitedIngest = (limits: Readonly<Record<string, number>>) => {
  const limiter = createLimiter({ takeAllowance: null, nowMs: clock.nowMs });
  const groups: number[] = [];
  const ingest: Ingest["ingest"] = async (events) => {
    const names = Map.groupBy(events, ({ raw }) => (raw as { client: string }).client);
    await limiter.take(
      [...names].map(([name, { length: count }]) => ({
        ...({ kind: "client", name, count } as const),
        perMinute: limits[name] ?? 1_000_000,
      })),
    );
    groups.push(events.length);
    return events.map(() => ({ outcome: "ACCEPTED" }) as Result);
  };
  return { ingest: { ingest }, groups };
};

const commitAll = async (
  ingest: Pick<Ingest, "ingest">,
  lines: readonly Line[],
  deps: Partial<Parameters<typeof createCommit>[0]> = clock,
) => {
  const told: number[] = [];
  const commit = createCommit({
    ...{ ingest, signal: new AbortController().signal, ...deps },
    onCommitted: (some) => told.push(...some.map(({ line }) => line)),
  });
  const error = await commit(lines).then(
    () => null,
    (reason: unknown) => reason as AppError,
  );
  return { told, error };
};

test("lines beyond a limit wait for it, a second's worth at a time, and keep their order", async () => {
  const { ingest, groups } = limitedIngest({ c: 120 });
  const startedAtMs = nowMs;
  const { told, error } = await commitAll(ingest, linesOf(500));
  expect(error).toBeNull();
  expect(told).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  expect([groups[0], ...new Set(groups.slice(1))]).toEqual([120, 2]);
  // A minute's events at once, then two a second.
  expect((nowMs - startedAtMs) / 1_000).toBeGreaterThanOrEqual((500 - 120) / 2 - 1);
});

test("a limit of one event a minute is waited for, and lines of others with it", async () => {
  const { ingest } = limitedIngest({ slow: 1 });
  const { told } = await commitAll(ingest, [...linesOf(3, "slow"), ...linesOf(3)]);
  expect(told).toEqual([1, 2, 3, 1, 2, 3]);
});

test("a limit that others use up is not waited for for ever, and what was committed is told", async () => {
  const refusal = new AppError("RATE_LIMITED", "no", {
    retryAfterMs: 1_000,
    details: { rateLimit: { limit: 60, remaining: 0 } },
  });
  let isFirst = true;
  const ingest: Ingest["ingest"] = async (events) => {
    if (events.length > 1 || !isFirst) throw refusal;
    isFirst = false;
    return [{ outcome: "ACCEPTED" } as Result];
  };
  const { told, error } = await commitAll({ ingest }, linesOf(5));
  expect(told).toEqual([1]);
  expect([error?.code, error?.retryAfterMs]).toEqual(["RATE_LIMITED", 1_000]);
});

test("waiting for a limit ends with the signal, for its reason", async () => {
  const { ingest } = limitedIngest({ c: 1 });
  const leaving = new AbortController();
  setImmediate(() => leaving.abort(new AppError("BAD_USER_INPUT", "gone")));
  const { told, error } = await commitAll(ingest, linesOf(5), { signal: leaving.signal });
  expect([told, error?.message]).toEqual([[1], "gone"]);
});

test("a line that meets a fault is told, and its neighbours are committed", async () => {
  const ingest: Ingest["ingest"] = async (events) => {
    if (events.some(({ raw }) => (raw as { client: string }).client === "bad")) throw new TypeError("a fault");
    return events.map(() => ({ outcome: "ACCEPTED" }) as Result);
  };
  const { told, error } = await commitAll({ ingest }, [...linesOf(2), ...linesOf(1, "bad"), ...linesOf(2)]);
  expect([told, error]).toEqual([[1, 2, 1, 1, 2], null]);
});
