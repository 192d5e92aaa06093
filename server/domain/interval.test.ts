import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketStart, QUARTER, QUARTER_US } from "./grain.ts";
import { type Interval, intervalsIn, parseZone } from "./interval.ts";

const us = (instant: string): number => Date.parse(instant) * 1000;
/** The intervals that these instants lie in, and how many in each. */
const fold = (instants: readonly string[], interval: Exclude<Interval, "ALL">, zone: string) => {
  const times = instants.map(us);
  const span = { fromUs: Math.min(...times), toUs: Math.max(...times) + 1 };
  return intervalsIn(span, interval, parseZone(zone))
    .map(
      ({ fromUs, toUs }) =>
        [textOf(fromUs), textOf(toUs), times.filter((at) => at >= fromUs && at < toUs).length] as const,
    )
    .filter(([, , count]) => count > 0);
};
const textOf = (us: number): string => new Date(us / 1000).toISOString().slice(0, 16);

test("a day of 23 hours and one of 25 are one day each", () => {
  expect(
    fold(["2024-03-30T23:00:00Z", "2024-03-31T21:45:00Z", "2024-03-31T22:00:00Z"], "DAY", "Europe/Berlin"),
  ).toEqual([
    ["2024-03-30T23:00", "2024-03-31T22:00", 2],
    ["2024-03-31T22:00", "2024-04-01T22:00", 1],
  ]);
  expect(fold(["2024-10-26T22:00:00Z", "2024-10-27T22:59:00Z"], "DAY", "Europe/Berlin")).toEqual([
    ["2024-10-26T22:00", "2024-10-27T23:00", 2],
  ]);
});

test("the hour that comes twice is two hours", () => {
  expect(fold(["2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"], "HOUR", "Europe/Berlin")).toEqual([
    ["2024-10-27T00:00", "2024-10-27T01:00", 1],
    ["2024-10-27T01:00", "2024-10-27T02:00", 1],
  ]);
});

test("hours begin on the wall clock where the zone is 45 minutes off", () => {
  expect(fold(["2024-05-01T00:14:00Z", "2024-05-01T00:15:00Z"], "HOUR", "Asia/Kathmandu")).toEqual([
    ["2024-04-30T23:15", "2024-05-01T00:15", 1],
    ["2024-05-01T00:15", "2024-05-01T01:15", 1],
  ]);
});

test("hours never overlap where the clock goes back by half an hour", () => {
  expect(fold(["2024-04-06T14:30:00Z", "2024-04-06T15:00:00Z"], "HOUR", "Australia/Lord_Howe")).toEqual([
    ["2024-04-06T14:00", "2024-04-06T15:00", 1],
    ["2024-04-06T15:00", "2024-04-06T15:30", 1],
  ]);
});

test("a day begins with the first of two midnights, and after a midnight that is left out", () => {
  expect(fold(["2026-11-01T17:00:00Z"], "DAY", "America/Havana")).toEqual([
    ["2026-11-01T04:00", "2026-11-02T05:00", 1],
  ]);
  expect(fold(["2026-11-01T17:00:00Z"], "MONTH", "America/Havana")[0]?.[0]).toBe("2026-11-01T04:00");
  expect(fold(["2018-11-04T12:00:00Z"], "DAY", "America/Sao_Paulo")).toEqual([
    ["2018-11-04T03:00", "2018-11-05T02:00", 1],
  ]);
});

test("where clocks go back over midnight, each day has its hours and the month ends with its last", () => {
  const hours = ["2025-11-02T03:30:00Z", "2025-11-02T04:30:00Z", "2025-11-02T05:30:00Z", "2025-11-02T12:00:00Z"];
  expect(fold(hours, "DAY", "America/Havana")).toEqual([
    ["2025-11-01T04:00", "2025-11-02T04:00", 1],
    ["2025-11-02T04:00", "2025-11-03T05:00", 3],
  ]);
  expect(fold(["2026-10-31T12:00:00Z"], "MONTH", "America/Havana")).toEqual([
    ["2026-10-01T04:00", "2026-11-01T04:00", 1],
  ]);
  expect(fold(["2026-10-24T12:00:00Z"], "DAY", "Atlantic/Azores")).toEqual([
    ["2026-10-24T00:00", "2026-10-25T00:00", 1],
  ]);
});

test("a day holds the quarters that the wall clock says, in every zone around every change of its clocks", () => {
  for (const name of Intl.supportedValuesOf("timeZone")) {
    const zone = parseZone(name);
    const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: name, dateStyle: "short" });
    for (const change of changesOf(zone)) {
      const quarters = Array.from({ length: 4 * 72 }, (_, index) => change - 36 * 3_600_000 + index * 900_000);
      const [first = 0, last = 0] = [quarters.at(0), quarters.at(-1)];
      const days = intervalsIn({ fromUs: first * 1000, toUs: last * 1000 + 1 }, "DAY", zone);
      for (const ms of quarters) {
        const day = days.find(({ fromUs, toUs }) => fromUs <= ms * 1000 && ms * 1000 < toUs);
        expect([name, ms, dayOf.format((day?.fromUs ?? 0) / 1000)]).toEqual([name, ms, dayOf.format(ms)]);
      }
    }
  }
});

/** The hours, of three years in which a zone changes its offset. */
const changesOf = (zone: ReturnType<typeof parseZone>): readonly number[] => {
  const changes: number[] = [];
  const [start, end, week] = [Date.UTC(2025, 0), Date.UTC(2028, 0), 7 * 86_400_000];
  for (let ms = start; ms < end; ms += week) {
    if (zone.offset(ms) === zone.offset(ms + week)) continue;
    const hours = Array.from({ length: 168 }, (_, hour) => ms + hour * 3_600_000);
    changes.push(...hours.filter((hour) => zone.offset(hour) !== zone.offset(hour + 3_600_000)));
  }
  return changes;
};

test("weeks begin on Monday, months on the first", () => {
  expect(fold(["2024-12-31T12:00:00Z"], "WEEK", "UTC")).toEqual([["2024-12-30T00:00", "2025-01-06T00:00", 1]]);
  expect(fold(["2024-02-29T12:00:00Z"], "MONTH", "UTC")).toEqual([["2024-02-01T00:00", "2024-03-01T00:00", 1]]);
});

test("every quarter of an hour lies inside its interval, in every zone, and intervals do not overlap", () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
  const interval = fc.constantFrom<Exclude<Interval, "ALL">>("MINUTE_15", "HOUR", "DAY", "WEEK", "MONTH");
  const start = fc.integer({ min: us("2000-01-02T00:00:00Z"), max: us("2037-12-01T00:00:00Z") });
  fc.assert(
    fc.property(zone, interval, start, (name, kind, from) => {
      const toUs = bucketStart(QUARTER, from) + 300 * QUARTER_US;
      const found = intervalsIn({ fromUs: from, toUs }, kind, parseZone(name));
      expect(found.at(0)?.fromUs).toBeLessThanOrEqual(from);
      expect(found.at(-1)?.toUs).toBeGreaterThanOrEqual(toUs);
      found.forEach(({ fromUs, toUs }, index) => {
        expect([fromUs % QUARTER_US, toUs % QUARTER_US]).toEqual([0, 0]);
        expect(toUs).toBeGreaterThan(fromUs);
        if (index > 0) expect(fromUs).toBe(found[index - 1]?.toUs);
      });
    }),
    { numRuns: 200 },
  );
});

test("a range of more intervals than anyone can look at is refused", () => {
  const span = { fromUs: us("2000-01-01T00:00:00Z"), toUs: us("2030-01-01T00:00:00Z") };
  expect(() => intervalsIn(span, "MINUTE_15", parseZone("UTC"))).toThrow("Narrow the time range");
});

test("a zone that does not exist is refused with an example of one that does", () => {
  expect(() => parseZone("Mars/Olympus")).toThrow("Europe/Berlin");
});
