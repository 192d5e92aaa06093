import { expect, test } from "vitest";
import { emptyTail, extendTail, MAX_ROWS, pauseTail, resumeTail } from "./tail.ts";

const entries = (...seqs: number[]) => seqs.map((seq) => ({ seq }));
const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

test("the newest entry is on top", () => {
  const tail = extendTail(extendTail(emptyTail, entries(1, 2)), entries(3, 4));
  expect(seqs(tail.rows)).toEqual([4, 3, 2, 1]);
});

test("an entry that comes twice is shown once", () => {
  const tail = extendTail(extendTail(emptyTail, entries(1, 2, 2)), entries(1, 2, 3));
  expect(seqs(tail.rows)).toEqual([3, 2, 1]);
});

test("nothing new is no change", () => {
  const tail = extendTail(emptyTail, entries(1));
  expect(extendTail(tail, entries(1))).toBe(tail);
});

test("no more rows are kept than can be shown", () => {
  const many = Array.from({ length: MAX_ROWS + 10 }, (_, index) => ({ seq: index + 1 }));
  const tail = extendTail(emptyTail, many);
  expect(tail.rows).toHaveLength(MAX_ROWS);
  expect(tail.rows[0]?.seq).toBe(MAX_ROWS + 10);
});

test("a paused tail stands still, counts what comes and lets it in without a gap", () => {
  const paused = extendTail(extendTail(pauseTail(extendTail(emptyTail, entries(1))), entries(2, 3)), entries(3, 4));
  expect(seqs(paused.rows)).toEqual([1]);
  expect(paused.waitingCount).toBe(3);
  const resumed = resumeTail(paused);
  expect(seqs(resumed.rows)).toEqual([4, 3, 2, 1]);
  expect(resumed.waitingCount).toBe(0);
  expect(seqs(extendTail(resumed, entries(4, 5)).rows)).toEqual([5, 4, 3, 2, 1]);
});

test("a long pause counts all and keeps what can be shown", () => {
  const many = Array.from({ length: MAX_ROWS * 3 }, (_, index) => ({ seq: index + 1 }));
  const paused = extendTail(pauseTail(emptyTail), many);
  expect(paused.waitingCount).toBe(MAX_ROWS * 3);
  expect(paused.waiting).toHaveLength(MAX_ROWS);
  expect(resumeTail(paused).rows[0]?.seq).toBe(MAX_ROWS * 3);
});
