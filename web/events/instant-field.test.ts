import { expect, test } from "vitest";
import { fieldOf, instantOf } from "./instant-field.ts";

test("a field speaks of an instant in its zone, there and back", () => {
  expect(instantOf({ text: "2026-01-31T12:00", zone: "UTC" })).toBe("2026-01-31T12:00:00Z");
  expect(fieldOf({ at: "2026-01-31T12:00:30Z", zone: "UTC" })).toBe("2026-01-31T12:00:30");
  // Whatever this machine's zone is.
  for (const at of ["2026-01-31T12:00:00Z", "2026-07-31T23:59:59Z"])
    expect(instantOf({ text: fieldOf({ at, zone: "local" }), zone: "local" })).toBe(at);
});

test("an empty field is no instant", () => {
  for (const zone of ["local", "UTC"] as const) expect(instantOf({ text: "", zone })).toBeNull();
  expect(fieldOf({ at: null, zone: "UTC" })).toBe("");
});
