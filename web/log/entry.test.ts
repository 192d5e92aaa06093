import { expect, test } from "vitest";
import { factOf, noteOf, subjectOf, timeOf } from "./entry.ts";

const event = {
  id: "e1",
  seq: 4,
  client: "till",
  metric: "sale",
  unit: null,
  amount: "7",
  timestamp: "2026-01-31T12:00:00Z",
};
const stored = { ...event, receivedAt: "2026-01-31T12:00:01Z", timesSeen: 1 };
const failure = { id: "f1", client: "till", timesSeen: 1, problems: [] };
const amountDiffers = [{ path: "amount", existing: "7", received: "9" }];

test("a conflict shows what was sent, not the event that it met", () => {
  const conflict = { action: "CONFLICT", event: stored, differences: amountDiffers } as const;
  expect(factOf(conflict, "amount")).toBe("9");
  expect(factOf(conflict, "metric")).toBe("sale");
  expect(noteOf(conflict)).toBe("key of #4, other amount");
});

test("an event has the time that its sender says, an act that at which it was done", () => {
  const at = "2026-02-01T00:00:00Z";
  expect(timeOf({ action: "ACCEPTED", event: stored, differences: [], at })).toBe(event.timestamp);
  expect(timeOf({ action: "VOIDED", event: stored, differences: [], at })).toBe(at);
});

test("what opens is the event that counts, or else the failure", () => {
  expect(subjectOf({ action: "ACCEPTED", event: stored, failure })).toEqual({ event: "e1" });
  expect(subjectOf({ action: "CONFLICT", event: stored, failure })).toEqual({ failure: "f1" });
  expect(subjectOf({ action: "REJECTED", event: null, failure })).toEqual({ failure: "f1" });
  expect(subjectOf({ action: "JOB_ENDED", event: null, failure: null })).toEqual({});
});
