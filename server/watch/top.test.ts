import { expect, test } from "vitest";
import { createTop, OTHER } from "./top.ts";

const PERIOD_MS = 60_000;

const start = (maxNames: number, maxChanges = 2) => {
  let nowMs = 0;
  const top = createTop({
    ...{ maxNames, maxChanges, periodMs: PERIOD_MS, nowMs: () => nowMs },
    create: () => ({ count: 0 }),
    addTo: (others, { count }) => {
      others.count += count;
    },
  });
  const count = (name: string, times = 1): void => {
    for (let done = 0; done < times; done++) top.of(name).count += 1;
  };
  const counts = () => Object.fromEntries(top.entries().map(([name, figures]) => [name, figures.count]));
  const pass = (): void => {
    nowMs += PERIOD_MS;
  };
  return { count, counts, pass };
};

test("whoever does more than one with a place takes it, and nothing is lost or counted twice", () => {
  const { count, counts, pass } = start(2);
  count("small");
  count("large", 5);
  count("late", 3);
  expect(counts()).toEqual({ small: 1, large: 5, [OTHER]: 3 });
  pass();
  count("late", 2);
  expect(counts()).toEqual({ large: 5, late: 2, [OTHER]: 4 });
});

test("inventing names takes no place from who does more than one of them", () => {
  const { count, counts, pass } = start(2);
  count("a", 2);
  count("b", 2);
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 1_000; index++) count(`junk ${round} ${index}`);
    count("a", 2);
    count("b", 2);
    pass();
  }
  count("a");
  expect(counts()).toEqual({ a: 9, b: 8, [OTHER]: 3_000 });
});

test("only so many change places within a while", () => {
  const { count, counts, pass } = start(3);
  for (const name of ["a", "b", "c"]) count(name);
  for (const name of ["d", "e", "f"]) count(name, 10);
  pass();
  count("d");
  expect(Object.keys(counts()).sort()).toEqual(["c", "d", "e", OTHER].sort());
});

test("who does much among ever new names is found", () => {
  const { count, counts, pass } = start(1, 1);
  count("first");
  for (let index = 0; index < 1_000; index++) {
    count(`junk ${index}`);
    if (index % 3 === 0) count("busy");
  }
  pass();
  count("busy");
  expect(counts()).toMatchObject({ busy: 1 });
});

test("a name that reads like that of all others is one of them", () => {
  const { count, counts } = start(2);
  count(OTHER, 3);
  count("a");
  expect(counts()).toEqual({ a: 1, [OTHER]: 3 });
});
