import { expect, test } from "vitest";
import { refusalOf } from "./failure-rules.ts";

test("what is unresolved can be retried; only what is dead or discarded can be reopened", () => {
  const refused = (["OPEN", "SCHEDULED", "DEAD", "DISCARDED", "RESOLVED"] as const).map((state) => {
    const { retry, reopen } = refusalOf({ state, resolvedBy: null });
    return [state, retry === null, reopen === null];
  });
  expect(refused).toEqual([
    ["OPEN", true, false],
    ["SCHEDULED", true, false],
    ["DEAD", true, true],
    ["DISCARDED", false, true],
    ["RESOLVED", false, false],
  ]);
});

test("a resolved one names the event that resolved it", () => {
  expect(refusalOf({ state: "RESOLVED", resolvedBy: { seq: 12 } }).retry).toContain("#12");
});
