// Every row of the tables, what the tables must cover, and what holds for any JSON value at all.
import { expect, test } from "vitest";
import type { Normalization } from "./event.ts";
import type { Json } from "./json.ts";
import { base, baseFacts, normalizeCases, nowUs } from "./normalize.cases.ts";
import { normalize } from "./normalize.ts";
import { problemCodes, warningCodes } from "./problem.ts";
import { defaultProfile, type Profile } from "./profile.ts";
import { rules } from "./reading.ts";

const run = (raw: Json, profile: Partial<Profile> = {}): Normalization =>
  normalize(raw, { profile: { ...defaultProfile, ...profile }, nowUs });

const listed = (items: readonly { readonly code: string; readonly path: string | null }[]): readonly string[] =>
  items.map(({ code, path }) => `${code} ${path ?? "-"}`).sort();

const label = (raw: Json): string => JSON.stringify(raw).slice(0, 120);

test.each(normalizeCases.map((one, index) => ({ ...one, title: `${index} ${label(one.raw)}` })))(
  "$title becomes what the table says",
  ({ raw, profile, facts, problems, warnings }) => {
    const result = run(raw, profile);
    expect(result.kind === "invalid" ? listed(result.problems) : []).toEqual([...(problems ?? [])].sort());
    expect(listed(result.warnings)).toEqual([...(warnings ?? [])].sort());
    if (result.kind === "event") expect(result.facts).toEqual({ ...baseFacts, ...facts });
    else expect(result.facts).toMatchObject(facts ?? {});
  },
);

test("the tables have at least 250 rows and reach every problem and warning code", () => {
  const results = normalizeCases.map(({ raw, profile }) => run(raw, profile));
  const problems = new Set(
    results.flatMap((result) => (result.kind === "invalid" ? result.problems.map(({ code }) => code) : [])),
  );
  const warnings = new Set(results.flatMap((result) => result.warnings.map(({ code }) => code)));
  const ofTheCommit = ["IDEMPOTENCY_KEY_REUSED", "CLIENT_MISMATCH", "PROCESSING_FAULT"];
  const expected = problemCodes.filter((code) => !ofTheCommit.includes(code));
  expect(normalizeCases.length).toBeGreaterThanOrEqual(250);
  expect([...problems].sort()).toEqual([...expected].sort());
  expect([...warnings].sort()).toEqual([...warningCodes].sort());
});

test("the tables reach every rule of the trace, and each step goes on from the one before", () => {
  const seen = new Set<string>();
  for (const { raw, profile } of normalizeCases) {
    const { steps, facts } = run(raw, profile);
    for (const { rule } of steps) seen.add(rule);
    for (const fact of ["client", "metric", "amount", "timestamp", "unit"] as const) {
      const last = steps.findLast((step) => step.fact === fact);
      if (typeof facts[fact] === "string") expect(last?.after).toBe(facts[fact]);
    }
  }
  expect([...seen].sort()).toEqual([...rules].sort());
});

test("every problem has a message and a hint, and the ambiguous ones spell out what could be meant", () => {
  const words = (raw: Json, profile?: Partial<Profile>): string => {
    const result = run(raw, profile);
    return result.kind === "invalid" ? result.problems.map(({ message, hint }) => `${message} ${hint}`).join(" ") : "";
  };
  expect(words({ ...base, amount: "1,200" })).toMatch(/1200 .*1\.2 /);
  expect(words({ ...base, timestamp: "01/02/2024" })).toMatch(/2024-02-01 .*2024-01-02/);
  expect(words({ ...base, timestamp: 20240101 })).toContain("1970-08-23T06:15:01Z");
  expect(words({ ...base, timestamp: "2023-11-05 01:30" }, { timeZone: "America/New_York" })).toMatch(
    /05:30:00Z and 2023-11-05T06:30:00Z/,
  );
  expect(words({ ...base, data: { amount: 2 } })).toContain("`amount` and `data.amount`");
});

test("what was sent is shown with a problem, cut to a bounded size", () => {
  const input = (amount: Json): Json | undefined => {
    const result = run({ ...base, amount });
    return result.kind === "invalid" ? result.problems[0]?.input : undefined;
  };
  expect(input("12abc")).toBe("12abc");
  expect(input({ a: [1] })).toEqual({ a: [1] });
  expect(input(Number.POSITIVE_INFINITY)).toBe("Infinity");
  expect(String(input("x".repeat(5_000))).length).toBe(257);
  expect(String(input(Array.from({ length: 5_000 }, () => 1))).length).toBe(257);
});
