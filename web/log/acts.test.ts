import { expect, test } from "vitest";
import { describeAct, describeMotive } from "./acts.ts";

test("an attempt says which it was, and whether the event was edited", () => {
  expect(describeAct("RETRIED", { event: null, details: { attempt: 2 } })).toBe("Attempt 2 could not be counted.");
  expect(describeAct("RETRIED", { event: null, details: { attempt: 3, edited: "{}" } })).toBe(
    "Attempt 3, edited, could not be counted.",
  );
});

test("an event that was read again says what has changed", () => {
  const details = { before: { amount: "1.2", unit: "EUR" }, after: { amount: "1200", unit: "EUR" } };
  expect(describeAct("REPROCESSED", { event: null, details })).toBe("Read again: amount 1.2 → 1\u202f200.");
  expect(describeAct("REPROCESSED", { event: null, details: { sameAs: 7 } })).toBe("Found to be the same as #7.");
});

test("a job says what it does, to how many, and how it ended", () => {
  const details = { plan: { kind: "DISCARD" }, total: 1 };
  expect(describeAct("JOB_STARTED", { event: null, details })).toBe("Discards 1 failed event.");
  expect(describeAct("JOB_ENDED", { event: null, details: { jobState: "DONE" } })).toBe("Went through all its items.");
});

test("an endpoint that was disabled says which and why", () => {
  const details = { webhook: { name: "Alerts", because: "GONE" } };
  expect(describeAct("WEBHOOK_DISABLED", { event: null, details })).toBe(
    "Alerts is told nothing any more: it answered 410, gone.",
  );
});

test("an act of which the details are missing is still told", () => {
  expect(describeAct("JOB_ENDED", { event: null, details: null })).toBe("Ended.");
});

test("who and why are told as far as they are known", () => {
  expect(describeMotive({ by: "ada", reason: "test data" })).toBe("by ada, “test data”");
  expect(describeMotive({ by: null, reason: null })).toBe("");
});
