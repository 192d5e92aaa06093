import { expect, test } from "vitest";
import { createTail, indexAfter, MAX_HELD, newestOf, type Sequenced } from "./tail.ts";

const entries = (...seqs: number[]) => seqs.map((seq) => ({ seq }));
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index }));
const tailOf = (...batches: (readonly Sequenced[])[]) => {
  const tail = createTail<Sequenced>();
  for (const batch of batches) tail.extend(batch);
  return tail;
};
const seqsOf = (rows: readonly Sequenced[]) => rows.map(({ seq }) => seq);

test("entries are held in the order in which they came", () => {
  expect(seqsOf(tailOf(entries(1, 2), entries(3, 4)).entries)).toEqual([1, 2, 3, 4]);
});

test("an entry that comes twice is held once", () => {
  const tail = tailOf(entries(1, 2, 2), entries(1, 2, 3));
  expect(seqsOf(tail.entries)).toEqual([1, 2, 3]);
  expect(tail.lastSeq).toBe(3);
});

test("beyond the cap the oldest go, and what is left has no gap", () => {
  const tail = tailOf(range(1, MAX_HELD), range(MAX_HELD + 1, MAX_HELD + 25_000));
  expect(tail.entries.length).toBe(MAX_HELD);
  expect(tail.entries.at(-1)?.seq).toBe(MAX_HELD + 25_000);
  expect(tail.entries.every(({ seq }, index) => seq === 25_001 + index)).toBe(true);
});

test("what was forgotten can come again, as in another log", () => {
  const tail = tailOf(entries(7, 8));
  tail.clear();
  tail.extend(entries(1));
  expect(seqsOf(tail.entries)).toEqual([1]);
});

test("the entries after a seq are found, whether it is held or not", () => {
  const held = entries(3, 4, 6, 9);
  expect([0, 3, 4, 5, 9, 12].map((seq) => indexAfter(held, seq))).toEqual([0, 1, 2, 2, 4, 4]);
});

test("the newest are given newest first", () => {
  expect(seqsOf(newestOf(entries(1, 2, 3, 4), 3))).toEqual([4, 3, 2]);
  expect(seqsOf(newestOf(entries(1, 2), 3))).toEqual([2, 1]);
});
