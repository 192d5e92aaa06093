import { expect, test } from "vitest";
import { createSamples, printSample } from "./samples.ts";

const startedAt = Date.parse("2026-06-15T12:00:00.789Z");

test("a sample stays the same event for as long as the page lives, and is new on the next page", () => {
  const texts = (at: number) => createSamples(at).map(printSample);
  expect(texts(startedAt)).toEqual(texts(startedAt));
  expect(texts(startedAt)[0]).not.toBe(texts(startedAt + 1_000)[0]);
});

test("the other spelling means the same instant as the basic event", () => {
  const [basic, other] = createSamples(startedAt).map(
    ({ event }) => event as { timestamp: string; payload: { ts: number } },
  );
  expect(other?.payload.ts).toBe(Date.parse(basic?.timestamp ?? "") / 1_000);
});
