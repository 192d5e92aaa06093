// The cases of the tokens that every backend must pass.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashSecret } from "../domain/token.ts";
import type { Storage } from "./storage.ts";
import type { NewToken } from "./tokens.ts";

type OpenStorage = (now: () => number) => Promise<Storage>;

const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
const newToken = (id: string, change: Partial<NewToken> = {}): NewToken => ({
  ...{ id, name: `Kässe\0${id}`, scopes: ["ingest", "read"], clients: ["a", "ü,\0"], secretHash: hashSecret(id) },
  ...{ createdAtUs: NOON, createdBy: "kim", expiresAtUs: NOON + 7, ...change },
});
const oldestFirst = { order: "ascending", limit: 10 } as const;

export const describeTokens = (backend: string, open: OpenStorage): void => {
  describe(`tokens on ${backend}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open(() => NOON);
    });
    afterEach(() => storage.close());

    const idsSince = async (revision: number): Promise<readonly string[]> =>
      (await storage.tokens.changedSince(revision)).tokens.map(({ id }) => id);

    test("a token is found as it was made, and no other", async () => {
      await storage.tokens.add(newToken("a"));
      expect(await storage.tokens.find("a")).toEqual({
        ...newToken("a"),
        ...{ previousHash: null, previousUntilUs: null, rotatedAtUs: null, revokedAtUs: null, revokedBy: null },
        ...{ lastUsedAtUs: null, made: 1, revision: 1 },
      });
      expect(await storage.tokens.find("b")).toBeNull();
      await storage.tokens.add(newToken("b", { name: null, clients: null, createdBy: null, expiresAtUs: null }));
      expect(await storage.tokens.find("b")).toMatchObject({ name: null, clients: null, expiresAtUs: null, made: 2 });
    });

    test("tokens are listed by when they were made, whatever has changed since", async () => {
      for (const id of ["c", "a", "b"]) await storage.tokens.add(newToken(id));
      await storage.tokens.revoke({ id: "c", atUs: NOON, by: null });
      expect((await storage.tokens.list(oldestFirst)).map(({ id }) => id)).toEqual(["c", "a", "b"]);
      const page = await storage.tokens.list({ order: "descending", below: 3, limit: 1 });
      expect(page.map(({ id }) => id)).toEqual(["a"]);
    });

    test("a rotated token has a new secret, and knows the one before until it ends", async () => {
      await storage.tokens.add(newToken("a"));
      const rotation = { id: "a", secretHash: hashSecret("new"), atUs: NOON + 1, previousUntilUs: NOON + 2 };
      const rotated = await storage.tokens.rotate(rotation);
      expect(rotated).toMatchObject({ secretHash: hashSecret("new"), previousHash: hashSecret("a"), made: 1 });
      expect(rotated).toMatchObject({ previousUntilUs: NOON + 2, rotatedAtUs: NOON + 1, revision: 2 });
      // Asked again, since the first answer was lost.
      expect(await storage.tokens.rotate(rotation)).toEqual(rotated);
      expect(await storage.tokens.rotate({ ...rotation, id: "b" })).toBeNull();
    });

    test("a revoked token stays revoked as it was, and cannot be rotated", async () => {
      await storage.tokens.add(newToken("a"));
      const revoked = await storage.tokens.revoke({ id: "a", atUs: NOON + 1, by: "kim" });
      expect(revoked).toMatchObject({ revokedAtUs: NOON + 1, revokedBy: "kim", revision: 2 });
      expect(await storage.tokens.revoke({ id: "a", atUs: NOON + 2, by: "lee" })).toEqual(revoked);
      const rotation = { id: "a", secretHash: hashSecret("new"), atUs: NOON + 3, previousUntilUs: NOON + 4 };
      expect(await storage.tokens.rotate(rotation)).toBeNull();
      expect(await storage.tokens.find("a")).toEqual(revoked);
      expect(await storage.tokens.revoke({ id: "b", atUs: NOON, by: null })).toBeNull();
    });

    test("who looks again and again learns of every change, even where many are made at once", async () => {
      expect(await storage.tokens.changedSince(0)).toEqual({ revision: 0, tokens: [] });
      const ids = Array.from({ length: 20 }, (_, index) => `t${index}`);
      const seen = new Set<string>();
      let known = 0;
      let isDone = false;
      const watching = (async () => {
        while (!isDone) {
          const { revision, tokens } = await storage.tokens.changedSince(known);
          for (const { id } of tokens) seen.add(id);
          known = revision;
        }
      })();
      await Promise.all(ids.map((id) => storage.tokens.add(newToken(id))));
      isDone = true;
      await watching;
      for (const id of await idsSince(known)) seen.add(id);
      expect([...seen].sort()).toEqual([...ids].sort());
      await storage.tokens.revoke({ id: "t3", atUs: NOON, by: null });
      expect(await idsSince(20)).toEqual(["t3"]);
    });

    test("the last use is noted, never backwards, and is no change", async () => {
      for (const id of ["a", "b"]) await storage.tokens.add(newToken(id));
      const note = (id: string, usedAtUs: number) => storage.tokens.noteUses([{ id, usedAtUs }]);
      await storage.tokens.noteUses([]);
      await note("a", NOON + 5);
      await note("a", NOON + 3);
      await note("gone", NOON);
      expect(await storage.tokens.find("a")).toMatchObject({ lastUsedAtUs: NOON + 5, revision: 1 });
      expect(await storage.tokens.find("b")).toMatchObject({ lastUsedAtUs: null });
    });
  });
};
