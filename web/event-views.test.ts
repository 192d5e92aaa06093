import { expect, test } from "vitest";
import { deleteView, ownViews, readViews, saveView, viewOf } from "./event-views.ts";

test("a filter is kept under a name and found again, without the page and the event that were open", () => {
  saveView({ name: "Till", params: { clients: "till", after: "x", event: "1" } });
  expect(ownViews()).toEqual([{ name: "Till", params: { clients: "till" } }]);
  expect(viewOf({ clients: "till", before: "y" })?.name).toBe("Till");
  saveView({ name: "Till", params: { clients: "kiosk" } });
  expect(ownViews()).toEqual([{ name: "Till", params: { clients: "kiosk" } }]);
  deleteView("Till");
  expect(ownViews()).toEqual([]);
  expect(viewOf({})?.name).toBe("All");
});

test("what is no view in the browser's storage is left out", () => {
  expect(readViews([{ name: "a", params: { text: "x", after: "y", span: 7 } }, { name: "" }, null, 7])).toEqual([
    { name: "a", params: { text: "x" } },
  ]);
  expect(readViews({ name: "a" })).toEqual([]);
});
