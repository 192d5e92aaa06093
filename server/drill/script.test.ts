import { expect, test } from "vitest";
import { createRandom } from "../demo/random.ts";
import { createAccidents } from "./accidents.ts";
import { pointNames } from "./points.ts";
import { createScript } from "./script.ts";

const CYCLES = 5;

const scriptOf = (seed: number) => {
  const script = createScript({ seed, clients: 4, name: "test" });
  return Array.from({ length: CYCLES }, () => {
    script.next();
    return script.lanes.map(({ steps }) => steps);
  });
};
const accidentsOf = (seed: number) => {
  const accidents = createAccidents({ random: createRandom(seed), backend: "sqlite", servers: 1 });
  return [accidents.first(), ...Array.from({ length: 2 * pointNames.length }, () => accidents.next())];
};

test("the same seed gives the same events and the same accidents, another seed gives others", () => {
  expect(scriptOf(7)).toEqual(scriptOf(7));
  expect(scriptOf(8)).not.toEqual(scriptOf(7));
  expect(accidentsOf(7)).toEqual(accidentsOf(7));
  expect(accidentsOf(8)).not.toEqual(accidentsOf(7));
});

test("each client does something else, whatever the seed", () => {
  const script = createScript({ seed: 2 ** 48 - 1, clients: 8, name: "test" });
  script.next();
  const amounts = script.lanes.map(({ sales }) => String(sales.map(({ amount }) => amount)));
  expect(new Set(amounts).size).toBe(8);
});

test("from the second cycle on clients repeat what they sent before", () => {
  const repeats = scriptOf(7).map((lanes) =>
    lanes.flat().flatMap(({ scenario, waves }) => (scenario === "memories" ? waves.flat() : [])),
  );
  expect(repeats[0]).toEqual([]);
  const items = repeats.slice(1).flatMap((deliveries) => deliveries.flatMap(({ items }) => items));
  expect(items.length).toBeGreaterThan(0);
  for (const { expects } of items) expect(expects).toEqual(["DUPLICATE"]);
});

test("every point comes in its turn", () => {
  const accidents = accidentsOf(7).flatMap((accident) =>
    "point" in accident ? accident : [accident.shot, accident.restart],
  );
  const met = new Set(accidents.flatMap((shot) => shot?.point ?? []));
  expect([...met].sort()).toEqual([...pointNames].sort());
});
