import { expect, test } from "vitest";
import { normalize } from "../domain/normalize.ts";
import { defaultProfile } from "../domain/profile.ts";
import { allNew, createEventSource } from "./events.ts";

const take = (source: { next(): string }, count: number): readonly string[] =>
  Array.from({ length: count }, () => source.next());

test("new events can be normalised, and no two are alike", () => {
  const first = createEventSource({ first: 0, mix: allNew });
  const texts = take(first, 5_000);
  const second = createEventSource({ first: first.made, mix: allNew });
  const amounts = [...texts, ...take(second, 5_000)].map((text) => JSON.parse(text).amount);
  expect(new Set(amounts).size).toBe(10_000);
  const nowUs = Date.now() * 1_000;
  for (const text of texts.slice(0, 500))
    expect(normalize(JSON.parse(text), { profile: defaultProfile, nowUs })).toMatchObject({
      kind: "event",
      warnings: [],
    });
});

test("a mix has its shares of duplicates and of events that cannot be normalised", () => {
  const source = createEventSource({ first: 0, mix: { duplicates: 0.3, rejected: 0.1 } });
  const texts = take(source, 10_000);
  const rejected = texts.filter((text) => text.includes("about"));
  expect(rejected.length / texts.length).toBeCloseTo(0.1, 1);
  expect(1 - new Set(texts).size / texts.length).toBeCloseTo(0.3, 1);
  const { accepted, duplicates } = source.expected;
  expect(source.expected).toEqual({ accepted, duplicates, conflicts: 0, rejected: rejected.length });
  expect(accepted + duplicates + rejected.length).toBe(10_000);
  expect(new Set(texts).size).toBe(accepted + rejected.length);
});
