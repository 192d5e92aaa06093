// What tests send to every backend, and all that a backend tells of it.
import fc from "fast-check";
import type { Json } from "../domain/json.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import type { Aggregated, Storage } from "./storage.ts";

export const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
const all = { order: "ascending", limit: 1_000 } as const;

/** Few values, so that events meet: as duplicates in many spellings, as conflicts, as failures that close. */
const raw: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      client: fc.constantFrom("kiosk", " kiosk", "till", "caf\u00e9 \u{1F600}"),
      type: fc.constantFrom("sale", "refund"),
      amount: fc.constantFrom("1", 1, "1.00", "0.000000001", "999999999999999.999999999", "many", "1,200", "1.2", 1200),
      time: fc.constantFrom(
        "2026-01-31T12:00:00Z",
        "2026-01-31 13:00+01:00",
        "2026-01-31T11:59:59.123456789Z",
        "2026-01-30",
      ),
      unit: fc.constantFrom(null, "EUR", "kg"),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Json>("garbage", [], { client: "kiosk" }, { note: "\u0000 \ud800" }) },
);
const key = fc.constantFrom(null, null, null, "a", "b", "nul \u0000 \u{10FFFF}");
export const group = fc.record({
  events: fc.array(fc.tuple(raw, key), { minLength: 1, maxLength: 6 }),
  atomic: fc.constantFrom(false, false, false, true),
  laterUs: fc.constantFrom(0, 1, -1_000_000, 900_000_000),
});

const trend = { fromUs: NOON, bucketUs: 900_000_000, buckets: 4 };

/** All that a storage tells. */
export const contentsOf = async (storage: Storage) => ({
  entries: await storage.entries({}, all),
  events: await storage.events({}, all),
  failures: await storage.failures({}, all),
  ofCode: await storage.failures({ codes: ["NOT_A_NUMBER"] }, all),
  groups: await storage.failureGroups({ filter: {}, limit: 1_000, trend }),
  due: await storage.dueFailures({ nowUs: NOON, limit: 1_000 }),
  profiles: await storage.profileVersions(null),
  inForce: await storage.profiles(all),
  jobs: await storage.jobs(all),
  tallies: await Promise.all((await storage.jobs(all)).map(({ id }) => storage.jobTally(id))),
  totals: await storage.totals(null),
  clients: await storage.clients({ client: null, limit: 100 }),
  rollups: talliesOf(
    await storage.rollups({ filter: {}, groupBy: ["CLIENT", "METRIC", "UNIT"], interval: "HOUR", percentiles }),
  ),
  months: talliesOf(await storage.rollups({ filter: {}, groupBy: [], interval: "MONTH", timeZone: "Asia/Kolkata" })),
  cut: talliesOf(await storage.rollups({ filter: { fromUs: NOON - 1, toUs: NOON + 7 }, groupBy: ["CLIENT"] })),
  activity: await storage.activity({ nowUs: NOON, minutes: 1_440 }),
  since: await storage.receivedSince({ sinceUs: NOON + 1, client: null }),
  found: await storage.countEvents({ text: "O 13" }),
  count: await storage.countEvents({}),
  raws: await Promise.all((await storage.events({}, all)).map(({ seq }) => storage.rawEvent(seq))),
  books: await storage.books(),
});

const percentiles = [0, 0.5, 0.95, 1];

/** Which entry changed one last depends on what else was done in the same transaction. */
const talliesOf = ({ rows }: Aggregated): readonly object[] =>
  unpackRows(rows).map(({ revision: _changed, ...tally }) => tally);
