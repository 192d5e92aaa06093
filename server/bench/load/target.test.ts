import { expect, test } from "vitest";
import { noTotals } from "../events.ts";
import { targets } from "./target.ts";

const single = (data: unknown) => targets.event.read({ status: 200, json: data });
const batch = (ingestEvents: object) => targets.events.read({ status: 200, json: { data: { ingestEvents } } });

test("each outcome of a single event counts as what it is", () => {
  const read = (outcome: string) => single({ data: { ingestEvent: { outcome } } });
  expect(read("ACCEPTED")).toEqual({ ...noTotals, accepted: 1 });
  expect(read("DUPLICATE")).toEqual({ ...noTotals, duplicates: 1 });
  expect(read("CONFLICT")).toEqual({ ...noTotals, conflicts: 1 });
  expect(read("REJECTED")).toEqual({ ...noTotals, rejected: 1 });
  expect(read("LOST")).toBe("an unknown outcome");
});

test("an answer with an error acknowledges nothing, and its text is kept", () => {
  expect(targets.event.read({ status: 503, json: { errors: [{ message: "busy" }] } })).toBe(
    '503 {"errors":[{"message":"busy"}]}',
  );
  expect(single({ data: null, errors: [] })).toBe('200 {"data":null,"errors":[]}');
  expect(targets.events.read({ status: 200, json: { data: null } })).toBe('200 {"data":null}');
  expect(targets.noop.read({ status: 200, json: { data: { noop: false } } })).toBe('200 {"data":{"noop":false}}');
});

test("a batch counts its results, and is no answer where its own sums differ from them", () => {
  const sums = { accepted: 2, duplicates: 1, conflicts: 0, rejected: 0 };
  const results = ["ACCEPTED", "DUPLICATE", "ACCEPTED"].map((outcome) => ({ outcome }));
  expect(batch({ ...sums, results })).toEqual(sums);
  expect(batch({ ...sums, accepted: 3, results })).toBe("sums that are wrong");
  expect(batch({ ...sums, results: results.slice(1) })).toBe("sums that are wrong");
  expect(batch({ ...sums, results: [...results, { outcome: "LOST" }] })).toBe("an unknown outcome");
});

test("the reference answers with the status alone", () => {
  const read = (status: number) => targets.reference.read({ status, json: {} });
  expect([read(201), read(200), read(400)]).toEqual([
    { ...noTotals, accepted: 1 },
    { ...noTotals, duplicates: 1 },
    { ...noTotals, rejected: 1 },
  ]);
  expect(read(500)).toBe("500 {}");
});

test("a document of many mutations counts each, and is no answer where one of them has no event", () => {
  const read = (json: unknown) => targets.postgraphiles.read({ status: 200, json });
  const event = { event: { rowId: 1 } };
  expect(read({ data: { e0: event, e1: event } })).toEqual({ ...noTotals, accepted: 2 });
  expect(read({ data: { e0: event, e1: null }, errors: [{}] })).toMatch(/^200 /);
  expect(read({ data: { e0: event, e1: null } })).toMatch(/^200 /);
});
