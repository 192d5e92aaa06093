import fc from "fast-check";
import { expect, test } from "vitest";
import { formatMicros, microsOf, parseInstant, readTimestamp } from "./timestamp.ts";

const MAX_US = 253_402_300_799_000_000;
const settings = { dateOrder: null, timeZone: null, futureLimitSeconds: null, nowUs: 8_000_000_000_000_000 };

test("microseconds and canonical text are two forms of one instant", () => {
  expect(formatMicros(0)).toBe("1970-01-01T00:00:00Z");
  expect(formatMicros(1_704_067_200_120_000)).toBe("2024-01-01T00:00:00.12Z");
  expect(formatMicros(-1)).toBe("1969-12-31T23:59:59.999999Z");
  expect(microsOf("2024-01-01T00:00:00.123456789Z")).toBe(1_704_067_200_123_456);
  fc.assert(
    fc.property(fc.integer({ min: -8e15, max: 8e15 }), (us) => {
      expect(microsOf(formatMicros(us))).toBe(us);
    }),
  );
});

test("every day is the one that the calendar of the runtime has", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200, max: MAX_US / 1e6 }), (seconds) => {
      expect(formatMicros(seconds * 1e6)).toBe(new Date(seconds * 1000).toISOString().replace(".000Z", "Z"));
    }),
  );
});

test("any plausible canonical timestamp is a fixed point", () => {
  fc.assert(
    fc.property(fc.integer({ min: 946_684_800, max: 7_999_999_999 }), fc.nat(999_999_999), (seconds, nanos) => {
      const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
      const text = formatMicros(seconds * 1e6).replace("Z", `${fraction}Z`);
      expect(readTimestamp(text, settings)).toMatchObject({ text, changes: [], warnings: [] });
    }),
  );
});

test("the instants of the API are strict RFC 3339, cut to microseconds", () => {
  expect(parseInstant("2024-01-01T00:00:00Z")).toBe(1_704_067_200_000_000);
  expect(parseInstant("2024-01-01t05:30:00.1234567+05:30")).toBe(1_704_067_200_123_456);
  expect(parseInstant("2016-12-31T23:59:60.5Z")).toBe(microsOf("2017-01-01T00:00:00Z"));
  const refused = [
    "",
    "2024-01-01",
    "2024-01-01T00:00:00",
    "2024-01-01 00:00:00Z",
    "2024-1-1T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00Z",
    "2024-01-01T00:00:00+0530",
    "2024-01-01T00:00:00,5Z",
    " 2024-01-01T00:00:00Z",
    "2024-01-01T00:00:00+25:00",
    "1704067200",
  ];
  for (const text of refused) expect(parseInstant(text)).toBeNull();
});
