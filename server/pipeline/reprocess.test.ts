// Accepted events read again: whatever their new readings are, each event is still counted once, and as it reads today.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import { addDecimals, billionthsOf, decimalOf } from "../domain/decimal.ts";
import type { Event } from "../domain/event.ts";
import { identityText } from "../domain/fingerprint.ts";
import type { Json } from "../domain/json.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import { asIdentity } from "../storage/acts.ts";
import { openPipeline, type Pipeline } from "../test/pipeline.ts";
import { NOON } from "../test/prepared.ts";
import type { ReprocessPreview } from "./reprocess.ts";

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await openPipeline({ now: () => NOON });
});
afterEach(async () => {
  expect(await pipeline.storage.books()).toEqual([]);
  await pipeline.close();
});

const newProfile = async (change: Partial<Profile>): Promise<void> => {
  const profile = { ...defaultProfile, ...change };
  await pipeline.storage.perform([{ action: "PROFILE_SET", by: null, client: "kiosk", profile } as Act]);
  await pipeline.profiles.refresh();
};
const sale = (change: Record<string, Json>): Json => ({
  ...{ client: "kiosk", metric: "sale", amount: 1, timestamp: "2026-01-20T12:00:00Z" },
  ...change,
});
const send = async (...raws: readonly Json[]): Promise<readonly string[]> =>
  (await pipeline.ingest.ingest(raws.map((raw) => ({ raw, idempotencyKey: null })))).map(({ outcome }) => outcome);

/** Does what the job does. Gives what it had said before. */
const reprocess = async (): Promise<ReprocessPreview> => {
  const { storage, reprocess } = pipeline;
  const preview = await reprocess.preview({});
  const { signal } = new AbortController();
  for (let above = 0; ; ) {
    const events = await storage.events({}, { above, order: "ascending", limit: 50 });
    if (events.length === 0) return preview;
    await reprocess.apply(events, { by: "kim", job: 1, signal });
    above = events.at(-1)?.seq ?? above;
  }
};
const allEvents = (): Promise<readonly Event[]> =>
  pipeline.storage.events({}, { order: "ascending", limit: 1_000_000 });
const counted = async (): Promise<readonly Event[]> => (await allEvents()).filter(({ voidedBy }) => voidedBy === null);
const total = async () => {
  const { rows } = await pipeline.storage.rollups({ filter: {}, groupBy: [] });
  const [all] = unpackRows(rows);
  return all === undefined ? null : { count: all.count, sum: all.sum };
};
const hoursOf = (events: readonly Event[]): readonly string[] => events.map(({ timestamp }) => timestamp.slice(8, 13));

/** Readings without a zone, one an hour, all of the same amount. */
const readings = (count: number): readonly Json[] =>
  Array.from({ length: count }, (_, hour) =>
    sale({ timestamp: new Date(Date.UTC(2026, 0, 2, hour)).toISOString().slice(0, 16).replace("T", " ") }),
  );

describe("equal readings at regular times", () => {
  test.each(["America/New_York", "Europe/Berlin", "Asia/Kolkata"])(
    "all move with the clock of %s",
    async (timeZone) => {
      await send(...readings(200));
      const before = await allEvents();
      await newProfile({ timeZone });
      expect((await reprocess()).counts).toMatchObject({ changed: 200, merged: 0 });
      const after = await allEvents();
      const moves = after.map(({ timestampUs }, index) => timestampUs - (before[index]?.timestampUs ?? 0));
      expect(new Set(moves).size).toBe(1);
      expect(moves[0]).not.toBe(0);
      expect(await total()).toEqual({ count: 200, sum: "200" });
      expect(await send(...readings(200))).toEqual(Array(200).fill("DUPLICATE"));
    },
  );

  test("have one entry each, however the new places hang together", async () => {
    await send(...readings(120));
    await newProfile({ timeZone: "America/New_York" });
    await reprocess();
    const entries = await pipeline.storage.entries({ actions: ["REPROCESSED"] }, { order: "ascending", limit: 1_000 });
    expect(new Set(entries.map(({ event }) => event?.seq)).size).toBe(120);
    expect(entries).toHaveLength(120);
  });

  test("are left as they are where the work is stopped, and go on from there", async () => {
    await send(...readings(120));
    await newProfile({ timeZone: "America/New_York" });
    const stopped = AbortSignal.abort(new Error("The server stops."));
    const page = await pipeline.storage.events({}, { order: "ascending", limit: 50 });
    await expect(pipeline.reprocess.apply(page, { by: null, job: 1, signal: stopped })).rejects.toThrow("stops");
    await reprocess();
    expect(await total()).toEqual({ count: 120, sum: "120" });
  });
});

test("two events that change places do so at once", async () => {
  await send(sale({ timestamp: "2026-01-02" }), sale({ timestamp: "2026-02-01T00:00:00Z" }));
  await newProfile({ dateOrder: "DMY" });
  await send(sale({ timestamp: "03/01/2026", amount: 5 }), sale({ timestamp: "01/03/2025", amount: 6 }));
  await send(sale({ timestamp: "02/01/2025", amount: 7 }), sale({ timestamp: "01/02/2025", amount: 7 }));
  await newProfile({ dateOrder: "MDY" });
  expect((await reprocess()).counts).toMatchObject({ changed: 3, merged: 0, unreadable: 1 });
  expect((await counted()).map(({ timestamp }) => timestamp.slice(0, 10))).toEqual([
    ...["2026-01-02", "2026-02-01", "2026-01-03", "2025-01-03", "2025-02-01", "2025-01-02"],
  ]);
});

test("any number of events that take each other's places in a ring do so at once", async () => {
  const of = (amount: number, net: number): Json => sale({ amount, net });
  await send(of(1, 2), of(2, 3), of(3, 4), of(4, 2), of(9, 1));
  await newProfile({ aliases: { ...defaultProfile.aliases, amount: ["net"] } });
  expect((await reprocess()).counts).toMatchObject({ changed: 4, merged: 1 });
  // The first and the fourth would both be 2: one of them is.
  expect((await counted()).map(({ amount }) => amount).toSorted()).toEqual(["1", "2", "3", "4"]);
});

test("an event that turns out to be another gives its place to the next", async () => {
  // Sent at ten by the clock of Berlin, and again with its zone; then at eleven.
  const [ten, tenAgain, eleven] = ["2026-01-20 10:00", "2026-01-20T09:00:00Z", "2026-01-20 11:00"];
  await send(...[ten, tenAgain, eleven].map((timestamp) => sale({ timestamp })));
  await newProfile({ timeZone: "Europe/Berlin" });
  expect(await reprocess()).toMatchObject({
    counts: { changed: 1, merged: 1, unchanged: 1 },
    series: [{ eventsBefore: 2, eventsAfter: 1, sumBefore: "2", sumAfter: "1" }],
  });
  expect(hoursOf(await counted())).toEqual(["20T09", "20T10"]);
  expect(await send(...[ten, tenAgain, eleven].map((timestamp) => sale({ timestamp })))).toEqual(
    Array(3).fill("DUPLICATE"),
  );
  expect(await send(sale({ timestamp: "2026-01-20 12:00" }))).toEqual(["ACCEPTED"]);
});

test("a mistake can be taken back: read again without it, all figures are as before", async () => {
  const { ingest, storage } = pipeline;
  await ingest.ingest(["a", "b", "c"].map((idempotencyKey) => ({ raw: sale({}), idempotencyKey })));
  await send(sale({ amount: 7 }));
  await newProfile({ identity: "CONTENT" });
  expect((await reprocess()).counts).toMatchObject({ changed: 1, merged: 2, unchanged: 1 });
  expect(await total()).toEqual({ count: 2, sum: "8" });
  await newProfile({});
  expect(await reprocess()).toMatchObject({
    counts: { changed: 2, unchanged: 2 },
    series: [{ eventsBefore: 0, eventsAfter: 2, sumBefore: "0", sumAfter: "2" }],
  });
  expect(await total()).toEqual({ count: 4, sum: "10" });
  const results = await ingest.ingest(["a", "b", "c"].map((idempotencyKey) => ({ raw: sale({}), idempotencyKey })));
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(3).fill("DUPLICATE"));
  expect(await storage.countEvents({})).toBe(4);
});

test("what was taken for an event counts by itself again when that one becomes another, whichever is read first", async () => {
  await send(sale({ timestamp: "2026-01-20 10:00" }), sale({ timestamp: "2026-01-20T09:00:00Z", net: 2 }));
  await newProfile({ timeZone: "Europe/Berlin" });
  expect(await reprocess()).toMatchObject({ counts: { merged: 1 } });
  expect(await total()).toEqual({ count: 1, sum: "1" });
  await newProfile({ timeZone: "Europe/Berlin", aliases: { ...defaultProfile.aliases, amount: ["net"] } });
  expect(await reprocess()).toMatchObject({ counts: { changed: 2 } });
  expect(await total()).toEqual({ count: 2, sum: "3" });
  expect((await pipeline.reprocess.preview({})).counts).toMatchObject({ unchanged: 2, changed: 0 });
});

test("what a person has voided stays out, whatever it reads", async () => {
  await send(sale({ timestamp: "2026-01-20 10:00" }), sale({ timestamp: "2026-01-20T09:00:00Z" }));
  const void_ = (action: "VOIDED" | "UNVOIDED"): Act => ({ action, by: "kim", event: 1, reason: "a test" });
  await pipeline.storage.perform([void_("VOIDED")]);
  await newProfile({ timeZone: "Europe/Berlin" });
  expect(await reprocess()).toMatchObject({ counts: { merged: 1 }, series: [] });
  expect(hoursOf(await counted())).toEqual(["20T09"]);
  await newProfile({});
  expect(await reprocess()).toMatchObject({ counts: { changed: 1 }, series: [] });
  expect(hoursOf(await counted())).toEqual(["20T09"]);
  await pipeline.storage.perform([void_("UNVOIDED")]);
  expect(hoursOf(await counted())).toEqual(["20T10", "20T09"]);
});

const raw: fc.Arbitrary<Json> = fc.record(
  {
    client: fc.constant("kiosk"),
    metric: fc.constantFrom("sale", "visit"),
    amount: fc.constantFrom(1, 2, "1.200", "1,200.0", "1.2"),
    net: fc.constantFrom(1, 2, 3),
    timestamp: fc.oneof(
      fc.nat(5).map((hour) => `2026-01-20 ${10 + hour}:00`),
      fc.nat(5).map((hour) => `2026-01-20T${10 + hour}:00:00Z`),
      fc.constantFrom("01/02/2026", "02/01/2026", "03/01/2026"),
    ),
  },
  { requiredKeys: ["client", "metric", "amount", "timestamp"] },
);
const profile: fc.Arbitrary<Partial<Profile>> = fc.record({
  decimalSeparator: fc.constantFrom("DOT", "COMMA"),
  dateOrder: fc.constantFrom("DMY", "MDY"),
  timeZone: fc.constantFrom(null, "America/New_York", "Europe/Berlin"),
  identity: fc.constantFrom("KEY", "CONTENT"),
  aliases: fc.constantFrom(defaultProfile.aliases, { ...defaultProfile.aliases, amount: ["net"] }),
});
const sent = fc.array(fc.tuple(raw, fc.constantFrom(null, null, "a", "b")), { minLength: 1, maxLength: 25 });

test("whatever was sent under whatever profiles, read again each is counted once as it reads today, as was foretold", async () => {
  await fc.assert(
    fc.asyncProperty(sent, fc.array(profile, { minLength: 2, maxLength: 4 }), async (sent, profiles) => {
      await pipeline.close();
      pipeline = await openPipeline({ now: () => NOON });
      for (const profile of profiles) {
        await newProfile(profile);
        await pipeline.ingest.ingest(sent.map(([raw, idempotencyKey]) => ({ raw, idempotencyKey })));
        const before = await total();
        const { series, counts } = await reprocess();
        const after = await counted();
        expect(await total()).toEqual(after.length === 0 ? null : { count: after.length, sum: sumOf(after) });
        expect(after.length - (before?.count ?? 0)).toBe(
          series.reduce((sum, one) => sum + one.eventsAfter - one.eventsBefore, 0),
        );
        expect(decimalOf(billionthsOf(sumOf(after)) - billionthsOf(before?.sum ?? "0"))).toBe(
          decimalOf(series.reduce((sum, one) => sum + billionthsOf(one.sumAfter) - billionthsOf(one.sumBefore), 0n)),
        );
        expect(new Set(after.map((event) => identityText(asIdentity(event)))).size).toBe(after.length);
        const again = await pipeline.reprocess.preview({});
        expect(again.counts).toEqual({
          ...counts,
          changed: 0,
          merged: 0,
          unchanged: counts.unchanged + counts.changed + counts.merged,
        });
        expect(await pipeline.storage.books()).toEqual([]);
      }
    }),
    { numRuns: 15 },
  );
});

const sumOf = (events: readonly Event[]): string => events.map(({ amount }) => amount).reduce(addDecimals, "0");
