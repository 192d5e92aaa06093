// Whatever clients send and people do, in whatever order: what the server makes of it verifies, on both backends.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import { failureIdentity } from "../domain/fingerprint.ts";
import { createPostgresStorage } from "../storage/postgres/storage.ts";
import { openVerifySource } from "../storage/postgres/verify-source.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import type { Storage } from "../storage/storage.ts";
import { actsOf, eventsOf, outcomeOf, type Step, step } from "../test/history.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { NOON } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { verify } from "../test/verification.ts";
import { verifyDatabase } from "./verify.ts";

/** More on demand: HISTORIES=1000. */
const HISTORIES = Number(process.env.HISTORIES ?? 12);
const timeout = 60_000 + HISTORIES * 2_000;

const history = fc.array(step, { minLength: 1, maxLength: 10 });

/** The history makes up identities of its own; the server computes them. */
const withIdentity = (act: Act): Act => {
  if (act.action !== "FAULTED") return act;
  const { client, idempotencyKey, rawText } = act;
  const identity = failureIdentity({ kind: "PROCESSING", client, idempotencyKey, raw: JSON.parse(rawText) });
  return { ...act, identity };
};

const live = async (steps: readonly Step[], open: (now: () => number) => Promise<Storage>): Promise<void> => {
  let clockUs = NOON;
  const storage = await open(() => clockUs);
  try {
    for (const one of steps) {
      clockUs += one.group.laterUs;
      // A server tries again what has failed, and nothing else.
      const hasFailed = one.retry !== undefined && (await storage.failure(one.retry.failure)) !== null;
      const events = await eventsOf(hasFailed ? one : { ...one, retry: undefined }, storage, clockUs);
      await outcomeOf(storage.append(events, { atomic: one.group.atomic }));
      await storage.perform((await actsOf(one, storage, clockUs)).map(withIdentity));
    }
  } finally {
    await storage.close();
  }
};

test("what a server has made of any history is found sound on SQLite", { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const file = temporaryFile("surecount.db");
      await live(steps, (now) => createSqliteStorage({ file, now }));
      expect((await verify(file)).findings).toEqual([]);
    }),
    { numRuns: HISTORIES },
  );
});

describe.runIf(hasPostgres)("with PostgreSQL", () => {
  test("what a server has made of any history is found sound", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const url = await createDatabase();
        await live(steps, (now) => createPostgresStorage({ url, connections: 6, partitionLength: "day", now }));
        const source = await openVerifySource(url);
        const report = await verifyDatabase({ source, checkpoint: null, output: { write: () => undefined } });
        await source.close();
        expect(report.findings).toEqual([]);
      }),
      { numRuns: Math.ceil(HISTORIES / 4) },
    );
  });
});
