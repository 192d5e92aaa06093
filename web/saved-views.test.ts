import { expect, test } from "vitest";
import { createViews, readViews } from "./saved-views.ts";

const names = ["clients", "text"];
const open = () => createViews({ key: "test.1", ready: [{ name: "All", params: {} }], names });

test("a filter is kept under a name and found again, without the page and the event that were open", () => {
  const views = open();
  views.save({ name: " Till ", params: { clients: "till", after: "x", event: "1" } });
  const [till] = views.own();
  expect(views.own()).toEqual([{ name: "Till", params: { clients: "till" } }]);
  expect(till && views.isHere(till, { clients: "till", before: "y" })).toBe(true);
  expect(till && views.isHere(till, { clients: "till", text: "z" })).toBe(false);
  views.drop("Till");
  expect(views.own()).toEqual([]);
});

test("a view of the same name takes the place of the older, and one without a name is none", () => {
  const views = open();
  for (const [name, client] of [
    ["Till", "till"],
    ["Till", "kiosk"],
    ["  ", "van"],
  ] as const)
    views.save({ name, params: { clients: client } });
  expect(views.own()).toEqual([{ name: "Till", params: { clients: "kiosk" } }]);
});

test("the oldest leaves where there are too many", () => {
  const views = open();
  for (let index = 0; index < 13; index++) views.save({ name: `View ${index}`, params: { text: String(index) } });
  expect(views.own().map(({ name }) => name)).toEqual(Array.from({ length: 12 }, (_, index) => `View ${index + 1}`));
});

test("what is no view in the browser's storage is left out", () => {
  const stored = [{ name: "a", params: { text: "x", after: "y", clients: 7 } }, { name: "" }, null, 7];
  expect(readViews(stored, names)).toEqual([{ name: "a", params: { text: "x" } }]);
  expect(readViews({ name: "a" }, names)).toEqual([]);
});
