import { expect, test } from "vitest";
import { createFrameReader } from "./frames.ts";

const messageOf = (...seqs: readonly number[]): Buffer => {
  const entries = seqs.map((seq) => ({ seq, at: `2026-01-31T12:00:0${seq % 10}Z` }));
  return Buffer.from(JSON.stringify({ id: "1", type: "next", payload: { data: { feed: { entries } } } }));
};

test("a message gives its seqs and when each was committed", () => {
  const at = Date.parse("2026-01-31T12:00:00Z");
  expect(createFrameReader()(messageOf(3, 4, 5))).toEqual({
    ...{ firstSeq: 3, lastSeq: 5, isGapless: true },
    atsMs: [at + 3_000, at + 4_000, at + 5_000],
  });
});

test("a gap or a repetition inside a message is seen", () => {
  const read = createFrameReader();
  expect(read(messageOf(3, 5))?.isGapless).toBe(false);
  expect(read(messageOf(3, 3))?.isGapless).toBe(false);
});

test("the same bytes are read once, however many messages lie between", () => {
  const read = createFrameReader();
  const first = read(messageOf(1, 2));
  expect(read(messageOf(1, 2))).toBe(first);
  for (let seq = 10; seq < 100; seq += 1) expect(read(messageOf(seq))?.firstSeq).toBe(seq);
  expect(read(messageOf(1, 2))).toEqual(first);
});

test("a message without entries is none, and what is not of the feed is an error", () => {
  expect(createFrameReader()(messageOf())).toBeNull();
  expect(() => createFrameReader()(Buffer.from('{"id":"1","type":"error","payload":[]}'))).toThrow(
    "no message of the feed",
  );
});
