import { expect, test } from "vitest";
import { importLines, type ReportJson } from "./import-report.ts";

const lastLineOf = (report: Partial<ReportJson>) =>
  importLines({
    ...{ lines: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0, broken: 0, seconds: 2 },
    ...{ rejectedLines: [], error: null, ...report },
  } as unknown as ReportJson).at(-1);

test("the report counts one of a thing as one", () => {
  expect(lastLineOf({ lines: 1, duplicates: 1 })).toBe(
    "1 line in 2.0 s, 1/s: 0 accepted, 1 duplicate, 0 conflicts, 0 rejected.",
  );
  expect(lastLineOf({ lines: 2_000, accepted: 1_998, conflicts: 1, rejected: 1, broken: 1 })).toBe(
    "2,000 lines in 2.0 s, 1,000/s: 1,998 accepted, 0 duplicates, 1 conflict, 1 rejected, 1 of them unreadable.",
  );
});
