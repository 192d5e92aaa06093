import { expect, test } from "vitest";
import { intervalsIn, parseZone } from "../../server/domain/interval.ts";
import { bucketWords, startOf } from "./buckets.ts";

const zones = [
  ...["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"],
  ...["America/Havana", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Apia", "Asia/Beirut"],
] as const;
// Each holds changes of the clocks; the last one the day that Samoa left out.
const stretches = [
  ["2026-03-06T10:00:00Z", "2026-03-09T07:15:00Z"],
  ["2026-03-27T00:00:00Z", "2026-04-06T07:15:00Z"],
  ["2026-10-23T00:00:00Z", "2026-11-02T23:45:00Z"],
  ["2017-10-14T00:00:00Z", "2017-10-16T00:00:00Z"],
  ["2018-02-16T00:00:00Z", "2018-02-20T00:00:00Z"],
  ["2011-12-28T00:00:00Z", "2012-01-01T00:00:00Z"],
] as const;

test.each(zones)("days and months of %s begin where the server has them begin, whatever its clocks do", (zone) => {
  for (const [from, to] of stretches)
    for (const of of ["DAY", "MONTH"] as const) {
      const span = { fromUs: Date.parse(from) * 1_000, toUs: Date.parse(to) * 1_000 };
      for (const { fromUs, toUs } of intervalsIn(span, of, parseZone(zone)))
        for (const us of [fromUs, toUs - 1]) expect(startOf(Math.floor(us / 1_000), { of, zone })).toBe(fromUs / 1_000);
    }
});

test("an hour that comes twice is told apart by its offset", () => {
  const words = ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"].map((at) =>
    bucketWords(Date.parse(at), { interval: "HOUR", zone: "Europe/Berlin" }),
  );
  expect(words).toEqual(["2026-10-25 02:00 +02:00", "2026-10-25 02:00 +01:00"]);
});

test("days, weeks and months are named by the calendar of the zone", () => {
  const at = Date.parse("2026-02-28T23:00:00Z");
  const zone = "Europe/Berlin";
  expect(bucketWords(at, { interval: "DAY", zone })).toBe("2026-03-01 Sun");
  expect(bucketWords(at, { interval: "MONTH", zone })).toBe("2026-03");
  expect(bucketWords(Date.parse("2026-02-22T23:00:00Z"), { interval: "WEEK", zone })).toBe("week of 2026-02-23");
  expect(bucketWords(at, { interval: "MINUTE_15", zone: "UTC" })).toBe("2026-02-28 23:00");
});
