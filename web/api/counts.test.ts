import { expect, test } from "vitest";
import { addEntries, countsOf, emptyLedger, type Outcome, rebase } from "./counts.ts";

const base = { received: 10, accepted: 7, duplicates: 2, conflicts: 0, rejected: 1 };
const entry = (seq: number, action: Outcome | "VOIDED" | "JOB_STARTED" = "ACCEPTED") => ({ seq, action });

test("before the server has answered there are no totals", () => {
  expect(countsOf(addEntries(emptyLedger, [entry(1)]))).toBeNull();
});

test("entries after the server's count come on top, each in its column", () => {
  const ledger = addEntries(rebase(emptyLedger, { base, headSeq: 10 }), [
    entry(11),
    entry(12, "DUPLICATE"),
    entry(13, "CONFLICT"),
  ]);
  expect(countsOf(ledger)).toEqual({ received: 13, accepted: 8, duplicates: 3, conflicts: 1, rejected: 1 });
});

test("what people and jobs do about events is not counted as received", () => {
  const ledger = addEntries(rebase(emptyLedger, { base, headSeq: 10 }), [
    entry(11, "VOIDED"),
    entry(12, "JOB_STARTED"),
  ]);
  expect(countsOf(addEntries(ledger, [entry(13)]))).toEqual({ ...base, received: 11, accepted: 8 });
});

test("entries that the count contains, or that come again, are not counted twice", () => {
  const ledger = addEntries(rebase(emptyLedger, { base, headSeq: 10 }), [entry(9), entry(10), entry(11)]);
  expect(countsOf(addEntries(ledger, [entry(11)]))?.received).toBe(11);
});

test("an answer older than the feed keeps what the feed has brought since", () => {
  const ahead = addEntries(emptyLedger, [entry(9), entry(10), entry(11), entry(12, "REJECTED")]);
  expect(countsOf(rebase(ahead, { base, headSeq: 10 }))).toEqual({ ...base, received: 12, accepted: 8, rejected: 2 });
});

test("a newer count replaces what was added up", () => {
  const ledger = addEntries(rebase(emptyLedger, { base, headSeq: 10 }), [entry(11), entry(12)]);
  expect(countsOf(rebase(ledger, { base: { ...base, received: 12, accepted: 9 }, headSeq: 12 }))?.received).toBe(12);
});
