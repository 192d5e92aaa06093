import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../domain/json.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { createMemoryLog, seqsOf } from "../test/memory-log.ts";
import { prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { createBatches } from "./batches.ts";

const createLog = (count: number) => {
  const log = createMemoryLog();
  for (let entry = 0; entry < count; entry++) log.add(entry % 2 === 0 ? "even" : "odd");
  return { ...log, batches: createBatches({ storage: log.storage, maxBatch: 10 }) };
};

test("a stretch is read once for all who ask below one horizon, and anew when the log has grown", async () => {
  const { batches, asked } = createLog(25);
  const read = batches.through({});
  const [one, other] = await Promise.all([read(0, 25), batches.through({})(0, 25)]);
  expect(seqsOf(one?.entries)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(other).toBe(one);
  expect(await read(20, 25)).toMatchObject({ seq: 25, entries: [{ seq: 21 }, {}, {}, {}, {}] });
  expect(asked).toHaveLength(2);
  expect(await read(0, 26)).toEqual(one);
  expect(asked).toHaveLength(3);
});

test("near the horizon a thousand filters cost one reading", async () => {
  const { batches, asked } = createLog(10);
  const read = (client: string) => batches.through({ clients: [client, "odd"] })(0, 10);
  const found = await Promise.all(Array.from({ length: 1_000 }, (_, index) => read(`c${index}`)));
  expect(new Set(found.map(({ entries }) => seqsOf(entries).join()))).toEqual(new Set(["2,4,6,8,10"]));
  expect(asked).toEqual([{}]);
});

test("far from the horizon the storage filters, and batches are full", async () => {
  const { batches, asked } = createLog(30);
  const filter = { clients: ["odd"] };
  const batch = await batches.through(filter)(0, 30);
  expect(seqsOf(batch.entries)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  expect(batch.seq).toBe(20);
  expect(asked).toEqual([filter]);
});

test("a filter that leaves nothing out gives the batch that all others get", async () => {
  const { batches } = createLog(10);
  const all = await batches.through({})(0, 10);
  expect(await batches.through({ clients: ["odd", "even"] })(0, 10)).toBe(all);
});

test("a filter that leaves everything out gives the one empty batch of that place", async () => {
  const { batches } = createLog(10);
  const none = await batches.through({ clients: ["nobody"] })(0, 10);
  expect(none).toEqual({ entries: [], seq: 10 });
  expect(await batches.through({ clients: [] })(5, 10)).toBe(none);
  expect(await batches.empty(10)).toBe(none);
});

test("a failed reading reaches all who wait for it, and the next one is tried anew", async () => {
  const { batches, breakWith } = createLog(3);
  const read = batches.through({});
  breakWith(new Error("no disk"));
  const results = await Promise.allSettled([read(0, 3), read(0, 3)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  breakWith(null);
  expect(seqsOf((await read(0, 3)).entries)).toEqual([1, 2, 3]);
});

test("a long way through a filter is asked about in stretches, so that no question lasts for ever", async () => {
  const { storage } = createMemoryLog();
  const read = createBatches({ storage, maxBatch: 3 }).through({ clients: ["nobody"] });
  expect(await read(0, 250_000)).toEqual({ entries: [], seq: 100_000 });
  expect(await read(200_000, 250_000)).toEqual({ entries: [], seq: 250_000 });
});

test("entries are sifted in memory exactly as the database sifts them", async () => {
  const storage = await createSqliteStorage({ file: temporaryFile("surecount.db"), now: () => 1 });
  const clients = ["kiosk", "Kiosk", "käse", "k", "%", "�"];
  const metrics = ["sale", "SALE", "refund"];
  const raws: Json[] = clients.flatMap((client) =>
    metrics.flatMap((metric, index) => [
      { client, metric, amount: 1, timestamp: `2026-01-0${index + 1}T00:00:00Z` },
      { client, metric, amount: "1.0", timestamp: `2026-01-0${index + 1}T00:00:00Z` },
      { client, metric },
    ]),
  );
  for (const raw of [...raws, { garbage: true }, 5])
    for (const idempotencyKey of [null, "once"]) await storage.append([prepared(raw, idempotencyKey)]);
  const head = await storage.head();
  const sift = createBatches({ storage, maxBatch: head });
  const query = createBatches({ storage, maxBatch: head - 1 });

  const some = (...values: string[]) =>
    fc.option(fc.subarray([...values, "unknown", ""]), { nil: undefined, freq: 2 }) as fc.Arbitrary<never>;
  const filters = fc.record({
    clients: some(...clients),
    metrics: some(...metrics),
    outcomes: some("ACCEPTED", "DUPLICATE", "CONFLICT", "REJECTED"),
  });
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const sifted = await sift.through(filter)(0, head);
      const first = await query.through(filter)(0, head);
      const rest = await query.through(filter)(first.seq, head);
      expect(sifted.entries).toEqual([...first.entries, ...rest.entries]);
    }),
  );
  await storage.close();
});
