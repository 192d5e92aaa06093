import { expect, test } from "vitest";
import type { Entry } from "../api/operations.ts";
import { admits, everything, filterParams, isFiltered, logFilterOf, readPlace } from "./live-place.ts";

const entry = (fields: Partial<Entry>): Entry => ({
  ...{ seq: 1, cursor: "c1", at: "2026-01-31T12:00:00Z", action: "ACCEPTED", client: "till", by: null, reason: null },
  ...{ details: null, event: null, failure: null, differences: [] },
  ...fields,
});
const sale = {
  ...{ id: "e1", seq: 1, client: "till", metric: "sale", unit: "EUR", amount: "12.5", timesSeen: 1 },
  ...{ timestamp: "2026-01-31T12:00:00Z", receivedAt: "2026-01-31T12:00:01Z" },
};
const problem = { code: "AMBIGUOUS_NUMBER" as const, path: "amount", message: "Two readings", hint: null };
const failure = { id: "f1", client: "till", timesSeen: 1, problems: [problem] };

test("an address and its filter are the same, and the usual leaves no trace", () => {
  const filter = { kinds: ["CONFLICT", "REJECTED"], client: "till", metric: "sale", text: "12", sinceSeq: 40 } as const;
  expect(filterParams(filter)).toEqual({
    kind: "conflict,rejected",
    client: "till",
    metric: "sale",
    text: "12",
    since: "40",
  });
  expect(readPlace(filterParams(filter)).filter).toEqual(filter);
  expect(Object.values(filterParams(everything)).every((value) => value === undefined)).toBe(true);
});

test("what an address says wrongly is as if it said nothing", () => {
  const { filter, entry: open } = readPlace({ kind: "lost,,accepted", since: "-1", entry: "x" });
  expect(filter).toEqual({ ...everything, kinds: ["ACCEPTED"] });
  expect(open).toBeNull();
});

test("an entry is admitted by its kind, its client and its metric, and by what came before it", () => {
  const accepted = entry({ event: sale });
  const retried = entry({ action: "RETRIED", failure });
  expect(admits(everything)(accepted)).toBe(true);
  expect(admits({ ...everything, kinds: ["REJECTED", "ACCEPTED"] })(accepted)).toBe(true);
  expect(admits({ ...everything, kinds: ["REJECTED"] })(accepted)).toBe(false);
  expect([accepted, retried].map(admits({ ...everything, kinds: ["ACT"] }))).toEqual([false, true]);
  expect(admits({ ...everything, client: "til" })(accepted)).toBe(false);
  expect([accepted, retried].map(admits({ ...everything, metric: "sale" }))).toEqual([true, false]);
  expect([entry({ seq: 4 }), entry({ seq: 5 })].map(admits({ ...everything, sinceSeq: 4 }))).toEqual([false, true]);
});

test("text is looked for in what a row says, whatever the case", () => {
  const rows = [entry({ event: sale }), entry({ seq: 2, action: "REJECTED", client: null, failure })];
  const found = (text: string) => rows.filter(admits({ ...everything, text })).map(({ seq }) => seq);
  expect(found("TILL")).toEqual([1]);
  expect(found("12.5")).toEqual([1]);
  expect(found("ambiguous")).toEqual([2]);
  expect(found("#2")).toEqual([2]);
  expect(found("nowhere")).toEqual([]);
});

test("the server is asked for all that it can tell, and for acts by each of their names", () => {
  expect(logFilterOf(everything)).toEqual({});
  expect(logFilterOf({ ...everything, client: "till", metric: "sale", kinds: ["DUPLICATE"] })).toEqual({
    actions: ["DUPLICATE"],
    clients: ["till"],
    metrics: ["sale"],
  });
  const { actions } = logFilterOf({ ...everything, kinds: ["ACT"] });
  expect(actions).toContain("RETRIED");
  expect(actions).not.toContain("ACCEPTED");
});

test("looking only at what is new is no filter: there is nothing to clear but the list", () => {
  expect(isFiltered({ ...everything, sinceSeq: 9 })).toBe(false);
  expect(isFiltered({ ...everything, text: "a" })).toBe(true);
});
