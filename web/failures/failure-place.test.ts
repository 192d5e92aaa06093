import { expect, test } from "vitest";
import { filterOf, filtersOfViews, groupParams, isFiltered, readPlace } from "./failure-place.ts";

test("an address without parameters is the inbox: what is unresolved, by kind", () => {
  const place = readPlace({});
  expect(place).toMatchObject({ view: "unresolved", group: null, isList: false, failure: null });
  expect(filterOf(place)).toEqual({ states: ["OPEN", "SCHEDULED", "DEAD"] });
  expect(isFiltered(place)).toBe(false);
});

test("a group survives the way into the address and back, also one without a place or a client", () => {
  const groups = [
    { code: "AMBIGUOUS_NUMBER", path: "amount", client: "till" },
    { code: "MISSING_CLIENT", path: null, client: null },
  ] as const;
  for (const group of groups) expect(readPlace(groupParams(group)).group).toEqual(group);
});

test("the filter of a group asks for its problem, its place and its client", () => {
  const place = readPlace({ code: "NOT_A_NUMBER", path: "data.total", of: "till", text: "abc", state: "dead" });
  expect(filterOf(place)).toEqual({
    states: ["DEAD"],
    text: "abc",
    codes: ["NOT_A_NUMBER"],
    paths: ["data.total"],
    clients: ["till"],
  });
  expect(filterOf(readPlace({ code: "NOT_AN_OBJECT" }))).toMatchObject({ paths: [""], withoutClient: true });
});

test("opening or leaving a group begins its list anew", () => {
  expect(groupParams(null)).toMatchObject({ code: undefined, after: undefined, failure: undefined });
});

test("the counts of the states share everything else of the filter", () => {
  const { open, resolved } = filtersOfViews(readPlace({ client: "till", state: "open" }));
  expect([open, resolved]).toEqual([
    { states: ["OPEN"], clients: ["till"] },
    { states: ["RESOLVED"], clients: ["till"] },
  ]);
});

test("a state that does not exist is as none", () => {
  expect(readPlace({ state: "lost" }).view).toBe("unresolved");
});
