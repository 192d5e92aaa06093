import { expect, test } from "vitest";
import { createTail, MAX_HELD, type Sequenced } from "../api/tail.ts";
import { createLiveList, indexOfSeq } from "./live-list.ts";

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index }));
const setUp = (admits: (entry: Sequenced) => boolean = () => true) => {
  const tail = createTail<Sequenced>();
  const list = createLiveList({ tail, admits });
  const receive = (from: number, to: number) => {
    tail.extend(range(from, to));
    list.follow();
  };
  const readBack = (from: number) => {
    const before = list.reach();
    if (before) list.addOlder({ before, entries: range(from, before.seq - 1), isFirst: from === 1 });
  };
  const seqs = () => list.rows().map(({ seq }) => seq);
  return { list, tail, receive, readBack, seqs };
};
/** Newest first, from the one seq down to the other, each once. */
const isUnbroken = (seqs: readonly number[]) => seqs.every((seq, index) => seq === (seqs[0] ?? 0) - index);

test("what comes in stands on top", () => {
  const { receive, seqs } = setUp();
  receive(5, 6);
  receive(7, 8);
  expect(seqs()).toEqual([8, 7, 6, 5]);
});

test("only what the filter admits is a row", () => {
  const { receive, readBack, seqs } = setUp(({ seq }) => seq % 2 === 0);
  receive(5, 8);
  readBack(1);
  expect(seqs()).toEqual([8, 6, 4, 2]);
});

test("the log goes on below what is held, page by page to its first entry", () => {
  const { list, receive, readBack, seqs } = setUp();
  receive(7, 8);
  readBack(4);
  expect(seqs()).toEqual([8, 7, 6, 5, 4]);
  expect(list.reach()?.seq).toBe(4);
  readBack(1);
  receive(9, 9);
  expect(seqs()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(list.reach()).toBeUndefined();
});

test("an answer to a question that is not asked any more is passed over", () => {
  const { list, receive, readBack, seqs } = setUp();
  receive(7, 8);
  const before = list.reach();
  readBack(4);
  expect(list.addOlder({ before: before ?? { seq: 0 }, entries: range(4, 6), isFirst: false })).toBe(0);
  expect(seqs()).toEqual([8, 7, 6, 5, 4]);
});

test("paused, the rows stand still while what comes in is counted; resumed, there is no gap", () => {
  const { list, receive, seqs } = setUp(({ seq }) => seq !== 4);
  receive(1, 2);
  list.pause();
  receive(3, 4);
  receive(5, 5);
  expect(seqs()).toEqual([2, 1]);
  expect(list.waitingCount()).toBe(2);
  list.resume();
  expect(seqs()).toEqual([5, 3, 2, 1]);
  expect(list.waitingCount()).toBe(0);
});

test("the log can be read back while paused", () => {
  const { list, receive, readBack, seqs } = setUp();
  receive(4, 5);
  list.pause();
  receive(6, 6);
  readBack(1);
  expect(seqs()).toEqual([5, 4, 3, 2, 1]);
  list.resume();
  expect(seqs()).toEqual([6, 5, 4, 3, 2, 1]);
});

test("where the tail gives up entries, what was read back goes too rather than leave a gap", () => {
  const { list, receive, readBack, seqs } = setUp();
  receive(51, 100);
  readBack(1);
  receive(101, 2 * MAX_HELD);
  expect(seqs()[0]).toBe(2 * MAX_HELD);
  expect(isUnbroken(seqs())).toBe(true);
  expect(seqs().length).toBe(MAX_HELD);
  expect(list.reach()).toBeUndefined();
});

test("a pause longer than the tail keeps the rows that are read, and resumes unbroken", () => {
  const { list, receive, seqs } = setUp();
  receive(1, 100);
  list.pause();
  receive(101, MAX_HELD + 20_000);
  expect(seqs().length).toBe(100);
  list.resume();
  expect(isUnbroken(seqs())).toBe(true);
  expect(seqs()[0]).toBe(MAX_HELD + 20_000);
});

test("a row is found by its seq, and nothing is where there is none", () => {
  const rows = [9, 6, 4, 3].map((seq) => ({ seq }));
  expect([9, 6, 4, 3, 5, 10, 1].map((seq) => indexOfSeq(rows, seq))).toEqual([0, 1, 2, 3, -1, -1, -1]);
});
