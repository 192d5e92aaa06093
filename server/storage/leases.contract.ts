// The cases of the leases that every backend must pass. The clock is real, because where several machines share the
// database it is the database's: leases that are to end are short, and all others long.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Claim, Leases } from "./leases.ts";
import type { Storage } from "./storage.ts";

/** Opens the same database again each time it is called, with this clock. */
type OpenStorage = (now: () => number) => Promise<Storage>;

const KIND = "errand";
const LONG_MS = 600_000;
const realClock = () => Date.now() * 1000;
const itemsOf = (claims: readonly Claim[]): string[] => claims.map(({ item }) => item);

/** `servers`: how many may share the database. */
export const describeLeases = (backend: string, open: OpenStorage, servers = 1): void => {
  describe(`leases on ${backend}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open(realClock);
    });
    afterEach(() => storage.close());

    const schedule = (item: string, delayMs = 0) => storage.leases.schedule({ kind: KIND, item }, delayMs);
    const claimAll = (leaseMs = LONG_MS) => storage.leases.claim({ kind: KIND, limit: 100, leaseMs });
    /** The item, once it is due and its lease has ended. */
    const claimWhenFree = (leaseMs = LONG_MS): Promise<Claim> =>
      vi.waitFor(
        async () => {
          const [claim] = await claimAll(leaseMs);
          if (claim === undefined) throw new Error("Nothing is due.");
          return claim;
        },
        { timeout: 30_000, interval: 5 },
      );

    test("what is due is claimed once, until its lease ends; other kinds are left alone", async () => {
      await schedule("a");
      await storage.leases.schedule({ kind: "other", item: "a" }, 0);
      expect(await claimAll()).toEqual([{ kind: KIND, item: "a", fence: expect.any(Number), attempt: 1 }]);
      expect(await claimAll()).toEqual([]);
      expect(itemsOf(await storage.leases.claim({ kind: "other", limit: 1, leaseMs: LONG_MS }))).toEqual(["a"]);
    });

    test("what is not due yet is not claimed", async () => {
      await schedule("later", LONG_MS);
      expect(await claimAll()).toEqual([]);
      await schedule("soon", 20);
      expect((await claimWhenFree()).item).toBe("soon");
    });

    test("scheduled again, an item keeps its place, in hand or not", async () => {
      await schedule("a", LONG_MS);
      await schedule("a", 0);
      expect(await claimAll()).toEqual([]);
      await schedule("b");
      const [claim] = await claimAll();
      await schedule("b");
      expect(await claimAll()).toEqual([]);
      expect(await storage.leases.settle(claim as Claim)).toBe(true);
      expect(await claimAll()).toEqual([]);
    });

    test("those that are due longest come first, no more than asked for", async () => {
      for (const item of ["c", "a", "b"]) {
        await schedule(item);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      expect(itemsOf(await storage.leases.claim({ kind: KIND, limit: 2, leaseMs: LONG_MS }))).toEqual(["c", "a"]);
      expect(itemsOf(await claimAll())).toEqual(["b"]);
      expect(await storage.leases.claim({ kind: KIND, limit: 0, leaseMs: LONG_MS })).toEqual([]);
    });

    test("of many claimers at the same instant each item has one", async () => {
      const others = await Promise.all(Array.from({ length: servers - 1 }, () => open(realClock)));
      const claimers = Array.from({ length: 2 }, () => [storage, ...others]).flat();
      const items = Array.from({ length: 60 }, (_, index) => `item ${index}`);
      await Promise.all(items.map((item) => schedule(item)));
      const claimSome = async (leases: Leases): Promise<readonly Claim[]> => {
        const claims = await leases.claim({ kind: KIND, limit: 3, leaseMs: LONG_MS });
        return claims.length === 0 ? [] : [...claims, ...(await claimSome(leases))];
      };
      const claims = (await Promise.all(claimers.map(({ leases }) => claimSome(leases)))).flat();
      expect(itemsOf(claims).sort()).toEqual([...items].sort());
      expect(new Set(claims.map(({ fence }) => fence)).size).toBe(items.length);
      await Promise.all(others.map((other) => other.close()));
    });

    test("what was settled is gone, or due again later", async () => {
      await schedule("done");
      await schedule("again");
      for (const claim of await claimAll())
        expect(await storage.leases.settle(claim, claim.item === "done" ? undefined : { delayMs: 0 })).toBe(true);
      expect(itemsOf(await claimAll(1))).toEqual(["again"]);
      expect(await storage.leases.settle(await claimWhenFree(), { delayMs: LONG_MS })).toBe(true);
      expect(await claimAll()).toEqual([]);
    });

    test("when the lease has ended another takes over, and the first can change nothing any more", async () => {
      await schedule("a");
      const [first] = (await claimAll(1)) as [Claim];
      const second = await claimWhenFree();
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(await storage.leases.extend(first, LONG_MS)).toBe(false);
      expect(await storage.leases.settle(first)).toBe(false);
      expect(await storage.leases.settle(first, { delayMs: 0 })).toBe(false);
      expect(await claimAll()).toEqual([]);
      expect(await storage.leases.extend(second, LONG_MS)).toBe(true);
      expect(await storage.leases.settle(second)).toBe(true);
    });

    test("a lease that has ended is still its holder's, as long as nobody takes over", async () => {
      await schedule("a");
      const [claim] = (await claimAll(0)) as [Claim];
      expect(await storage.leases.extend(claim, LONG_MS)).toBe(true);
      expect(await claimAll()).toEqual([]);
      expect(await storage.leases.settle(claim)).toBe(true);
    });

    test("a claim that was settled holds no more, also where the item is due again or came back", async () => {
      await schedule("a");
      const [first] = (await claimAll()) as [Claim];
      await storage.leases.settle(first, { delayMs: 0 });
      expect(await storage.leases.extend(first, LONG_MS)).toBe(false);
      expect(await storage.leases.settle(first)).toBe(false);
      const [second] = (await claimAll()) as [Claim];
      await storage.leases.settle(second);
      expect(await storage.leases.extend(second, LONG_MS)).toBe(false);
      await schedule("a");
      const [third] = (await claimAll()) as [Claim];
      expect(third.fence).toBeGreaterThan(second.fence);
      for (const old of [first, second]) expect(await storage.leases.settle(old)).toBe(false);
      expect(await storage.leases.settle(third)).toBe(true);
    });

    test("attempts count what failed and what was left by the dead, until it is done once", async () => {
      await schedule("a");
      await claimAll(1);
      const second = await claimWhenFree();
      expect(second.attempt).toBe(2);
      await storage.leases.settle(second, { delayMs: 0, isRetry: true });
      const [third] = (await claimAll()) as [Claim];
      expect(third.attempt).toBe(3);
      await storage.leases.settle(third, { delayMs: 0 });
      expect((await claimAll())[0]?.attempt).toBe(1);
    });

    test("a delay may have fractions of a millisecond", async () => {
      await schedule("a", 0.123456);
      const claim = await claimWhenFree(LONG_MS + 0.3);
      expect(await storage.leases.extend(claim, LONG_MS + 0.7)).toBe(true);
      expect(await storage.leases.settle(claim, { delayMs: LONG_MS + 0.0001 })).toBe(true);
    });

    test("leases and what is scheduled survive a restart", async () => {
      await schedule("held");
      const [held] = (await claimAll()) as [Claim];
      await schedule("waiting");
      await storage.close();
      storage = await open(realClock);
      const [waiting] = (await claimAll()) as [Claim];
      expect(waiting).toMatchObject({ item: "waiting", attempt: 1 });
      expect(waiting.fence).toBeGreaterThan(held.fence);
      expect(await storage.leases.settle(held)).toBe(true);
    });
  });
};
