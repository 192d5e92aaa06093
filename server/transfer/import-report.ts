// The report of an import as its sender gets it: JSON, and lines for a terminal.
import type { ImportReport } from "../domain/import.ts";
import { formatMicros } from "../domain/timestamp.ts";
import { grouped } from "./progress.ts";

const MAX_PRINTED_LINES = 20;

/** Where all that was not counted while it ran is to be had. */
const rejectedUrl = ({ startedAtUs, endedAtUs }: ImportReport): string => {
  const to = endedAtUs === null ? {} : { to: formatMicros(endedAtUs + 1) };
  return `/export/failures.ndjson?${new URLSearchParams({ from: formatMicros(startedAtUs), ...to })}`;
};

/** `nowUs`: the server's clock. */
export const reportJson = (report: ImportReport, nowUs: number) => {
  const { id, startedAtUs, endedAtUs, rejectedLines, ...rest } = report;
  return {
    ...{ id, ...rest },
    ...{ startedAt: formatMicros(startedAtUs), endedAt: endedAtUs === null ? null : formatMicros(endedAtUs) },
    seconds: ((endedAtUs ?? nowUs) - startedAtUs) / 1_000_000,
    rejectedLines,
    allRejected: report.rejected + report.conflicts === 0 ? null : rejectedUrl(report),
  };
};

export type ReportJson = ReturnType<typeof reportJson>;

/** The lines to print at the end. */
export const importLines = (report: ReportJson): readonly string[] => {
  const { lines, accepted, duplicates, conflicts, rejected, broken, seconds, rejectedLines, error } = report;
  const shown = rejectedLines.slice(0, MAX_PRINTED_LINES);
  const others = conflicts + rejected - shown.length;
  const rate = grouped(Math.round(lines / Math.max(seconds, 0.001)));
  return [
    ...shown.map(({ line, problems, text }) => `line ${line}: ${problems.map(describe).join("; ")}  ${oneLine(text)}`),
    ...(others > 0 ? [`… and ${grouped(others)} more. All of them are failed events of the server.`] : []),
    `${plural(lines, "line")} in ${seconds.toFixed(1)} s, ${rate}/s: ${grouped(accepted)} accepted, ${plural(duplicates, "duplicate")}, ${plural(conflicts, "conflict")}, ${grouped(rejected)} rejected${broken === 0 ? "" : `, ${grouped(broken)} of them unreadable`}.`,
    ...(error === null ? [] : [`It stopped before the end: ${error}`]),
  ];
};

const plural = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

const describe = ({ code, message }: ReportJson["rejectedLines"][number]["problems"][number]): string =>
  `${code}, ${message}`;

const oneLine = (text: string): string => JSON.stringify(text.slice(0, 120));
