// What the listener says where it listens in vain.
import { describe, expect, onTestFinished, test } from "vitest";
import { queryOnce } from "../../bench/postgres.ts";
import { createDatabase, hasPostgres } from "../../test/postgres.ts";
import { createAddresses } from "./addresses.ts";
import { startListener } from "./listener.ts";

const listen = async (wakeOver: (url: string) => Promise<unknown>, wakeUpLimitMs?: number) => {
  const url = await createDatabase();
  const said: unknown[] = [];
  let wakeUps = 0;
  const note = (...args: unknown[]): void => {
    said.push(...args);
  };
  const listener = startListener({
    addresses: createAddresses(url),
    onGrown: () => {
      wakeUps += 1;
    },
    wake: () => wakeOver(url),
    ...(wakeUpLimitMs !== undefined && { wakeUpLimitMs }),
    log: { warn: note, info: note },
  });
  onTestFinished(() => listener.close());
  return { said, url, wakeUps: () => wakeUps };
};

describe.runIf(hasPostgres)("the listener", () => {
  test("says once that no wake-ups come, also when it has to connect again", async () => {
    const { said, url, wakeUps } = await listen(async () => undefined, 1);
    await expect.poll(() => said).toHaveLength(1);
    expect(said[0]).toMatch(/^no wake-ups come/);
    await queryOnce(url, "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen surecount_log'");
    await expect.poll(wakeUps, { timeout: 10_000 }).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said).toHaveLength(1);
  });

  test("is quiet where they come", async () => {
    const { said, wakeUps } = await listen((url) => queryOnce(url, "notify surecount_log"));
    await expect.poll(wakeUps).toBe(2);
    expect(said).toEqual([]);
  });
});
