import { expect, test } from "vitest";
import { kindGroups, readNames, readView, stateOf, typeOf } from "./webhook-words.ts";

test("each kind is offered once, under the name that stands in a delivery", () => {
  const kinds = kindGroups.flatMap((group) => group.kinds.map(([kind]) => kind));
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(typeOf("EVENT_REJECTED")).toBe("event.rejected");
});

test("an endpoint is disabled before it is failing", () => {
  expect(stateOf({ isEnabled: false, failingSince: "2026-01-31T12:00:00Z" })).toBe("disabled");
  expect(stateOf({ isEnabled: true, failingSince: "2026-01-31T12:00:00Z" })).toBe("failing");
  expect(stateOf({ isEnabled: true, failingSince: null })).toBe("fine");
});

test("names are read with commas or lines between, and none are all", () => {
  expect(readNames(" till-9, kiosk\ntill-9,")).toEqual(["till-9", "kiosk"]);
  expect(readNames(" , \n")).toBeNull();
});

test("an address that names no view shows all", () => {
  expect([readView("waiting"), readView("nonsense"), readView(undefined)]).toEqual(["waiting", "all", "all"]);
});
