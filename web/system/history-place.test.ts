import { expect, test } from "vitest";
import { paramsOf, readChoice } from "./history-place.ts";

test("what is chosen is read back from the address, with what is usual left out", () => {
  expect(readChoice({})).toEqual({ span: "HOUR", server: null });
  expect(readChoice({ range: "nonsense", server: "" })).toEqual({ span: "HOUR", server: null });
  expect(paramsOf({ span: "FORTNIGHT", server: "a:1" })).toEqual({ range: "14d", server: "a:1" });
  expect(readChoice(paramsOf({ span: "FORTNIGHT", server: "a:1" }))).toEqual({ span: "FORTNIGHT", server: "a:1" });
  expect(paramsOf({ span: "HOUR", server: null })).toEqual({ range: undefined, server: undefined });
});
