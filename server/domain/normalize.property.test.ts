// What holds for all input: any JSON value gets an answer, and all spellings of one event are one event.
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Facts } from "./event.ts";
import { fingerprint } from "./fingerprint.ts";
import { type Json, rawText } from "./json.ts";
import { nowUs } from "./normalize.cases.ts";
import { choices, chooser, meaning, meant, spell } from "./normalize.spellings.ts";
import { normalize } from "./normalize.ts";
import { defaultProfile } from "./profile.ts";

const options = { profile: defaultProfile, nowUs };
const RUNS = { numRuns: 500 };

const factName = fc.constantFrom(
  "client",
  "type",
  "amount",
  "value",
  "timestamp",
  "ts",
  "unit",
  "currency",
  "data",
  "event",
  "__proto__",
  "toJSON",
  "constructor",
);
const numberLike = fc.stringMatching(/^[-+(]?[$€]?[\d.,' eE%]{0,12}( EUR|\)|Z)?$/);
const dateLike = fc.stringMatching(
  /^\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}([T ]\d{1,2}:\d{2}(:\d{2})?( ?[AP]M)?( ?Z|[+-]\d{2}:?\d{2})?)?$/,
);
const scalar = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "\ud800",
    "\u0000",
    "a\udc00",
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    5e-324,
    1.7976931348623157e308,
    "",
    "1,200",
    "NaN",
  ),
  numberLike,
  dateLike,
  fc.double(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
);
const weird = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar.filter((value) => !Number.isNaN(value)) as fc.Arbitrary<Json>,
    fc.array(tie("value"), { maxLength: 5 }),
    // Through text, as the server gets it: then `__proto__` is a key of its own.
    fc
      .array(fc.tuple(fc.oneof(factName, fc.string()), tie("value")), { maxLength: 8 })
      .map((entries) => Object.fromEntries(entries) as Json),
  ),
})).value;

test("any JSON value gets an answer, the same each time", () => {
  fc.assert(
    fc.property(fc.oneof(weird, fc.jsonValue() as fc.Arbitrary<Json>), (raw) => {
      const result = normalize(raw, options);
      expect(normalize(raw, options)).toEqual(result);
      if (result.kind === "invalid") expect(result.problems.length).toBeGreaterThan(0);
      else expect(normalize({ ...result.facts }, options)).toMatchObject({ kind: "event", facts: result.facts });
      expect(() => JSON.parse(JSON.stringify(result))).not.toThrow();
      expect(() => JSON.parse(rawText(raw))).not.toThrow();
    }),
    { numRuns: 3_000 },
  );
});

test("huge and very deep input gets its answer, and soon", () => {
  const open = 1024 * 1024;
  let deep: Json = 1;
  for (let level = 0; level < open; level++) deep = [deep];
  let objects: Json = 1;
  for (let level = 0; level < 100_000; level++) objects = { data: objects };
  const long = "0".repeat(2 * open);
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
  const blanks = `5${" ".repeat(open)}x`;
  const values: Json[] = [
    deep,
    { data: deep },
    objects,
    long,
    many,
    { amount: `1${long}1`, timestamp: `1.${long}1` },
    { amount: blanks, timestamp: `2024-01-01 10:00${" ".repeat(open)}x`, client: blanks, metric: " ".repeat(open) },
    { amount: "1,".repeat(open), timestamp: `2024-01-01T10:00:00.${long}1Z` },
  ];
  const startedAt = performance.now();
  for (const value of values) expect(normalize(value, options).kind).toBe("invalid");
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

function factsOf(raw: Json): Facts {
  const result = normalize(raw, options);
  if (result.kind === "invalid") throw new Error(`${JSON.stringify(raw)}: ${JSON.stringify(result.problems)}`);
  return result.facts;
}

const homeZone = process.env.TZ;
afterEach(() => {
  if (homeZone === undefined) delete process.env.TZ;
  else process.env.TZ = homeZone;
});

const hostZones = { UTC: 0, "Asia/Kolkata": -330, "America/New_York": 300 };

test.each(Object.entries(hostZones))(
  "all spellings of one event have one fingerprint on a host in %s",
  (zone, offsetMinutes) => {
    process.env.TZ = zone;
    // The host's zone is in force: otherwise this would show nothing.
    expect(new Date(2024, 0, 1).getTimezoneOffset()).toBe(offsetMinutes);
    fc.assert(
      fc.property(meaning, choices, choices, (event, first, second) => {
        const facts = factsOf(spell(event, chooser(first)));
        expect(factsOf(spell(event, chooser(second)))).toEqual(facts);
        expect(facts).toMatchObject(meant(event));
        expect(fingerprint(facts)).toBe(fingerprint(factsOf({ ...facts })));
      }),
      RUNS,
    );
  },
);

test("canonical facts are a fixed point: read again, they stay as they are and need no step but being found", () => {
  fc.assert(
    fc.property(meaning, choices, (event, numbers) => {
      const facts = factsOf(spell(event, chooser(numbers)));
      const again = normalize({ ...facts }, options);
      expect(again).toMatchObject({ kind: "event", facts, warnings: [] });
      expect(again.steps.every(({ rule }) => rule === "CANONICAL_NAME")).toBe(true);
    }),
    RUNS,
  );
});
