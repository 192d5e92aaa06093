import { expect, test } from "vitest";
import { everything } from "./live-place.ts";
import { isSameFilter, parseViews, printViews, readyViews, type View, withView } from "./saved-views.ts";

const till: View = { name: "Till", filter: { ...everything, client: "till & co", kinds: ["REJECTED"], text: "a=b" } };

test("views come back from the text that holds them as they were", () => {
  expect(parseViews(printViews([till, ...readyViews]))).toEqual([till, ...readyViews]);
});

test("a text of another kind holds no views, and harms nothing", () => {
  for (const text of [null, "", "{", "7", '{"a":1}', '[7,["name"],[1,2]]']) expect(parseViews(text)).toEqual([]);
});

test("a view of the same name takes the place of the older; one without a name is none", () => {
  const again = { ...till, filter: { ...everything, text: "x" } };
  expect(withView([till], again)).toEqual([again]);
  expect(withView([till], { ...till, name: "  " })).toEqual([till]);
});

test("where the list was cleared is no part of a view", () => {
  const [saved] = withView([], { ...till, filter: { ...till.filter, sinceSeq: 12 } });
  expect(saved).toEqual(till);
  expect(isSameFilter({ ...till.filter, sinceSeq: 12 }, till.filter)).toBe(true);
  expect(isSameFilter(everything, till.filter)).toBe(false);
});
