// What a verification has come to, in words for the operator.
import { grouped } from "../transfer/progress.ts";
import type { Finding } from "./findings.ts";
import type { VerifyReport } from "./verify.ts";

/** The lines to print. `seconds`: how long it took. */
export const verifyLines = (report: VerifyReport, seconds: number): readonly string[] => [
  ...report.findings.map(findingLine),
  ...(report.count > report.findings.length ? [`… and ${grouped(report.count - report.findings.length)} more.`] : []),
  ...(report.count === 0 ? soundLines(report) : []),
  conclusion(report, seconds),
];

const findingLine = ({ table, row, what }: Finding): string => `${table}${row === null ? "" : ` ${row}`}: ${what}.`;

const soundLines = (report: VerifyReport): readonly string[] => {
  const { walked, rows, checkedFile, checkpoint } = report;
  if (walked === null) return [];
  const lines: readonly (readonly [name: string, count: number | null, what: string])[] = [
    ["database", null, checkedFile],
    ["processing_log", walked.lastSeq, chainWords(report)],
    ["normalized_events", walked.events, eventWords(report)],
    ["failed_events", rows.failures, "as the log tells of them"],
    ["rollups", rows.rollups, "computed anew from the events"],
    ["activity", rows.activity, "computed anew from the log"],
    ["client_profiles", rows.profiles, "as the log tells of them"],
    ["jobs", rows.jobs, "as the log tells of them"],
    ...(checkpoint === null ? [] : [["checkpoint", checkpoint.seq, "still holds"] as const]),
  ];
  return lines.map(
    ([name, count, what]) => `${name.padEnd(18)}${(count === null ? "" : grouped(count)).padStart(13)}  ${what}`,
  );
};

const chainWords = ({ walked }: VerifyReport): string => {
  if (walked === null) return "";
  const { unchained, lastSeq, lastHash } = walked;
  if (lastHash === null) return lastSeq === 0 ? "empty" : "all older than the chain, which begins with the next entry";
  const chained = unchained === 0 ? "an unbroken chain" : `a chain unbroken from entry ${grouped(unchained + 1)}`;
  return `${chained}, ends with ${lastHash}`;
};

const eventWords = ({ walked }: VerifyReport): string => {
  if (walked === null) return "";
  const { withoutRaw, readOtherwise } = walked;
  return [
    "each as its raw event says",
    ...(withoutRaw === 0 ? [] : [`of ${grouped(withoutRaw)} retention has removed it`]),
    ...(readOtherwise === 0
      ? []
      : [`${grouped(readOtherwise)} would be read otherwise by the rules of today: see previewReprocess`]),
  ].join("; ");
};

const conclusion = ({ count, walked }: VerifyReport, seconds: number): string => {
  const took = `${grouped(walked?.lastSeq ?? 0)} entries in ${grouped(Math.round(seconds))} s`;
  if (count === 0) return `Verified ${took}: everything is as it should be, and the books balance.`;
  return `Verified ${took}: ${count === 1 ? "1 thing is" : `${grouped(count)} things are`} wrong. Restore a backup from before.`;
};
