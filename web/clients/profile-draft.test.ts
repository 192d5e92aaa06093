import { expect, test } from "vitest";
import type { Profile } from "../api/profile-operations.ts";
import { draftOf, flawsIn, flawsOf, inputOf, isOvertaken, moveDraft, toInput } from "./profile-draft.ts";

const profile: Profile = {
  ...{ client: "till", version: 3, at: "2026-01-01T00:00:00Z", by: null },
  aliases: { client: [], metric: ["kind"], amount: ["data.net", "items[0].price"], unit: [], timestamp: [] },
  ...{ decimalSeparator: "COMMA", dateOrder: null, timeZone: "Europe/Berlin", allowZero: true, allowNegative: false },
  ...{ identity: "CONTENT", lateLimitSeconds: 172_800, rateLimitPerMinute: 600, futureLimitSeconds: 90 },
};

test("a profile comes out of the form as it went in", () => {
  const { client: _client, version: _version, at: _at, by: _by, ...rules } = profile;
  expect(inputOf(profile)).toEqual(rules);
});

test("no profile is a form in which nothing is decided", () => {
  expect(toInput(draftOf(null))).toMatchObject({ decimalSeparator: null, timeZone: null, lateLimitSeconds: null });
});

test("a limit is shown in the largest unit that says it exactly", () => {
  const { late, future } = draftOf(profile);
  expect([late, future]).toEqual([
    { count: "2", unit: "days" },
    { count: "90", unit: "seconds" },
  ]);
});

test("names are separated by commas or lines, and empty ones are none", () => {
  const aliases = { ...draftOf(null).aliases, amount: "net, gross\n,\n data.total " };
  expect(toInput({ ...draftOf(null), aliases }).aliases?.amount).toEqual(["net", "gross", "data.total"]);
});

test("a limit that is no number is found before it is sent", () => {
  expect(flawsOf({ ...draftOf(null), late: { count: "two", unit: "days" } })).toEqual({
    lateLimitSeconds: "must be a number",
  });
});

test("what the API refuses is told at its field", () => {
  expect(flawsIn(["timeZone must be the IANA name", "aliases.amount.1 must be a name"])).toEqual({
    timeZone: "must be the IANA name",
    "aliases.amount": "must be a name",
  });
});

test("what was typed stays when somebody else saves, and takes from them what it did not touch", () => {
  const base = profile;
  const draft = { ...draftOf(base), timeZone: "UTC", aliases: { ...draftOf(base).aliases, client: "shop" } };
  const theirs: Profile = {
    ...{ ...base, version: 4, dateOrder: "DMY", timeZone: null },
    aliases: { ...base.aliases, metric: ["kind", "what"] },
  };
  expect(isOvertaken({ draft, base }, base)).toBe(false);
  expect(isOvertaken({ draft, base }, theirs)).toBe(true);
  const moved = moveDraft({ draft, base }, theirs);
  expect(toInput(moved.draft)).toEqual({
    ...inputOf(theirs),
    timeZone: "UTC",
    aliases: { ...theirs.aliases, client: ["shop"] },
  });
  expect(isOvertaken(moved, theirs)).toBe(false);
  expect(isOvertaken(moved, null)).toBe(true);
});
