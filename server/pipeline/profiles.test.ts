// What profile changes must never do: count an event again that was counted under another version, or take a new event for
// one that was read otherwise. On real storage, since there the identities are decided.
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import type { Result } from "../domain/event.ts";
import type { Json } from "../domain/json.ts";
import { choices, chooser, meaning, spell } from "../domain/normalize.spellings.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import { openPipeline, type Pipeline } from "../test/pipeline.ts";
import { NOON } from "../test/prepared.ts";

const HOUR_US = 3_600_000_000;

let clockUs: number;
let pipeline: Pipeline;
beforeEach(async () => {
  clockUs = NOON;
  pipeline = await openPipeline({ now: () => clockUs });
});
afterEach(() => pipeline.close());

const set = async (client: string, change: Partial<Profile> | null): Promise<void> => {
  const profile = change === null ? null : { ...defaultProfile, ...change };
  const action = profile === null ? "PROFILE_DELETED" : "PROFILE_SET";
  await pipeline.storage.perform([{ action, by: null, client, profile } as Act]);
};
const named = (...client: string[]): Partial<Profile> => ({ aliases: { ...defaultProfile.aliases, client } });
const send = async (raw: Json, idempotencyKey: string | null = null): Promise<Result> => {
  const [result] = await pipeline.ingest.ingest([{ raw, idempotencyKey }]);
  if (result === undefined) throw new Error("An event has no result.");
  return result;
};
const outcome = async (...of: Parameters<typeof send>): Promise<string> => (await send(...of)).outcome;
const sale = (change: Record<string, Json> = {}): Json => ({
  ...{ client: "kiosk", metric: "sale", amount: 10, timestamp: "2026-01-31T12:00:00Z" },
  ...change,
});
/** A reading without a zone, at so many hours after midnight. */
const reading = (hour: number): Json =>
  sale({ amount: 1, timestamp: `2026-01-30 ${String(hour).padStart(2, "0")}:00` });

test("a series of equal readings goes on to be counted when its client's time zone becomes known", async () => {
  for (let hour = 0; hour < 6; hour++) expect(await outcome(reading(hour))).toBe("ACCEPTED");
  await set("kiosk", { timeZone: "America/New_York" });
  // From 11:00 on each is five hours after another that was read in New York: at its time, as if it were UTC.
  for (let hour = 6; hour < 24; hour++) expect(await outcome(reading(hour))).toBe("ACCEPTED");
  for (let hour = 0; hour < 24; hour++) expect(await outcome(reading(hour))).toBe("DUPLICATE");
});

test("an event that a profile has given to another client is not counted again when that profile is gone", async () => {
  const raw = sale({ client: "gateway", shop: "berlin" });
  await set("berlin", named("shop"));
  expect(await send(raw)).toMatchObject({ outcome: "ACCEPTED", event: { client: "berlin" } });
  await set("berlin", null);
  expect(await send(raw)).toMatchObject({ outcome: "DUPLICATE", event: { client: "berlin" } });
  await set("gateway", { timeZone: "Asia/Kolkata" });
  expect(await outcome(raw)).toBe("DUPLICATE");
});

test("an event is not counted again when a second client lays claim to it, or its first one gets a profile", async () => {
  const raw = sale({ client: "gateway", shop: "berlin", till: "seven" });
  await set("berlin", named("shop"));
  expect(await send(raw)).toMatchObject({ outcome: "ACCEPTED", event: { client: "berlin" } });
  await set("seven", named("till"));
  expect(await outcome(raw)).toBe("DUPLICATE");
  await set("gateway", { identity: "CONTENT" });
  expect(await outcome(raw)).toBe("DUPLICATE");
});

test("an event that was its sender's by its profile is not counted again when another client takes it over", async () => {
  const raw = sale({ client: "gateway", shop: "berlin", timestamp: "2026-01-31 12:00" });
  await set("gateway", { timeZone: "Asia/Kolkata" });
  expect(await send(raw)).toMatchObject({ outcome: "ACCEPTED", event: { timestamp: "2026-01-31T06:30:00Z" } });
  await set("gateway", null);
  await set("berlin", named("shop"));
  expect(await outcome(raw)).toBe("DUPLICATE");
});

test("two events that were told apart by their keys are one where keys are ignored, and neither is counted again", async () => {
  expect([await outcome(sale(), "a"), await outcome(sale(), "b")]).toEqual(["ACCEPTED", "ACCEPTED"]);
  await set("kiosk", { identity: "CONTENT" });
  expect([await outcome(sale(), "a"), await outcome(sale(), "b")]).toEqual(["DUPLICATE", "DUPLICATE"]);
  expect(await outcome(sale({ amount: 11 }), "c")).toBe("ACCEPTED");
  await set("kiosk", null);
  for (const key of ["a", "b"]) expect(await outcome(sale(), key)).toBe("DUPLICATE");
  expect(await outcome(sale({ amount: 11 }), "c")).toBe("DUPLICATE");
  expect(await outcome(sale({ amount: 12 }), "c")).toBe("ACCEPTED");
});

test("an event that was counted by its key before its client took a name from elsewhere is not counted again", async () => {
  expect(await outcome(sale(), "a")).toBe("ACCEPTED");
  await set("kiosk", { ...named("shop"), identity: "CONTENT" });
  expect(await outcome(sale(), "a")).toBe("DUPLICATE");
});

test("an event that was counted in time is a duplicate however late it comes again, and a new one is refused", async () => {
  await set("kiosk", { lateLimitSeconds: 3_600 });
  expect(await outcome(sale())).toBe("ACCEPTED");
  clockUs += 100 * HOUR_US;
  expect(await outcome(sale())).toBe("DUPLICATE");
  expect(await send(sale({ amount: 11 }))).toMatchObject({
    outcome: "REJECTED",
    problems: [{ code: "IMPLAUSIBLE_TIMESTAMP", path: "timestamp" }],
  });
  await set("kiosk", { lateLimitSeconds: 1, decimalSeparator: "COMMA", timeZone: "Asia/Kolkata" });
  expect(await outcome(sale())).toBe("DUPLICATE");
});

test("how far ahead an event may be is the profile's to say", async () => {
  const ahead = (amount: number, hours: number): Json =>
    sale({ amount, timestamp: new Date((NOON + hours * HOUR_US) / 1000).toISOString() });
  expect([await outcome(ahead(1, 23)), await outcome(ahead(2, 25))]).toEqual(["ACCEPTED", "REJECTED"]);
  await set("kiosk", { futureLimitSeconds: 3_600 });
  expect([await outcome(ahead(3, 1)), await outcome(ahead(4, 2))]).toEqual(["ACCEPTED", "REJECTED"]);
  await set("kiosk", { futureLimitSeconds: 30 * 86_400 });
  expect([await outcome(ahead(5, 700)), await outcome(ahead(1, 23))]).toEqual(["ACCEPTED", "DUPLICATE"]);
});

const clients = ["kiosk", "shop", "till"] as const;
const aliases = fc.record({
  client: fc.subarray(["shopName", "data.till", "x1"], { maxLength: 2 }),
  metric: fc.subarray(["kind"]),
  amount: fc.subarray(["net", "gross"], { maxLength: 1 }),
  unit: fc.constant([]),
  timestamp: fc.subarray(["seenAt"]),
});
const profile: fc.Arbitrary<Profile | null> = fc.option(
  fc.record({
    rateLimitPerMinute: fc.constant(null),
    aliases: fc.oneof({ weight: 2, arbitrary: fc.constant(defaultProfile.aliases) }, { weight: 1, arbitrary: aliases }),
    decimalSeparator: fc.constantFrom(null, "DOT", "COMMA"),
    dateOrder: fc.constantFrom(null, "DMY", "MDY"),
    timeZone: fc.constantFrom(null, "America/New_York", "Asia/Kolkata"),
    allowZero: fc.boolean(),
    allowNegative: fc.boolean(),
    identity: fc.constantFrom("KEY", "CONTENT"),
    lateLimitSeconds: fc.constantFrom(null, 1, 10_000_000),
    futureLimitSeconds: fc.constantFrom(null, 0, 100_000),
  }),
  { freq: 6 },
);
const messy: fc.Arbitrary<Json> = fc.record(
  {
    client: fc.constantFrom(...clients),
    shopName: fc.constantFrom(...clients),
    data: fc.record({ till: fc.constantFrom(...clients) }),
    metric: fc.constantFrom("sale", "visit"),
    kind: fc.constantFrom("sale", "refund"),
    amount: fc.constantFrom(1, 0, -2, "1,200", "1.200", "1200", "1.2"),
    net: fc.constantFrom(1, "1,200"),
    gross: fc.constantFrom(1, 2),
    timestamp: fc.constantFrom(
      "01/02/2026",
      "02/01/2026",
      "2026-01-20 07:00",
      "2026-01-20 12:00",
      "2026-01-20T12:00:00Z",
    ),
    seenAt: fc.constantFrom("2026-01-20 12:00", "2026-01-20T17:00:00Z"),
  },
  { requiredKeys: ["client", "metric", "amount", "timestamp"] },
);
const spelled = fc
  .tuple(meaning, choices)
  .map(([event, numbers]) => spell({ ...event, client: "kiosk" }, chooser(numbers)));
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ client: fc.constantFrom(...clients), profile }) },
  { weight: 3, arbitrary: fc.record({ item: fc.nat(7) }) },
);
const items = fc.array(
  fc.record({
    raw: fc.oneof({ weight: 3, arbitrary: messy }, { weight: 1, arbitrary: spelled }),
    idempotencyKey: fc.constantFrom(null, null, "a", "b"),
  }),
  { minLength: 4, maxLength: 8 },
);

test("whatever happens to profiles, what was counted is never counted again, and the books balance", async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.array(step, { minLength: 10, maxLength: 60 }), async (items, steps) => {
      await pipeline.close();
      pipeline = await openPipeline({ now: () => NOON });
      const counted = new Set<string>();
      for (const step of steps) {
        if ("client" in step) {
          await set(step.client, step.profile);
          continue;
        }
        const item = items[step.item % items.length];
        if (item === undefined) continue;
        const name = JSON.stringify(item);
        const { outcome } = await send(item.raw, item.idempotencyKey);
        if (counted.has(name)) expect(outcome).not.toBe("ACCEPTED");
        if (outcome === "ACCEPTED" || outcome === "DUPLICATE") counted.add(name);
      }
      expect(await pipeline.storage.books()).toEqual([]);
    }),
    { numRuns: 15 },
  );
});
