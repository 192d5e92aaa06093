// What a copy has come to, in words for the operator.
import type { BooksDifference } from "../storage/storage.ts";
import type { Comparison } from "./compare.ts";
import { type CopyReport, isEqual } from "./copy.ts";
import { grouped } from "./progress.ts";

const HASH_DIGITS = 16;
const MAX_BOOKS_LINES = 10;

/** The lines to print. `seconds`: how long it took. */
export const reportLines = (report: CopyReport, seconds: number): readonly string[] => [
  ...report.comparisons.map(comparisonLine),
  ...report.unbalanced.slice(0, MAX_BOOKS_LINES).map(booksLine),
  conclusion(report, seconds),
  ...warning(report),
];

const comparisonLine = ({ table, source, target, difference }: Comparison): string => {
  const name = table.padEnd(18);
  const rows = grouped(source.rows).padStart(13);
  if (difference === null) return `${name}${rows} rows  sha256 ${source.sha256.slice(0, HASH_DIGITS)}…  equal`;
  const { source: ours, target: theirs } = difference;
  const where =
    ours === theirs ? `at ${ours}` : `where the source has ${ours ?? "none"} and the target ${theirs ?? "none"}`;
  return `${name}${rows} rows, target ${grouped(target.rows)}  DIFFERENT, first ${where}`;
};

const booksLine = ({ identity, client, expected, actual }: BooksDifference): string =>
  `The copy's books do not balance${client === null ? "" : ` for ${JSON.stringify(client)}`}: ${identity}, but ${expected} and ${actual}.`;

const conclusion = (report: CopyReport, seconds: number): string => {
  const { wasComplete, copiedRows } = report;
  const took = `in ${grouped(Math.round(seconds))} s`;
  if (!isEqual(report))
    return wasComplete
      ? "The copy was complete already, and is not equal any more."
      : "The two sides are not equal: no server can use the copy. Empty the target and copy again.";
  if (wasComplete)
    return `The copy was complete already. Compared ${took}: both sides are equal and the books balance.`;
  return `Copied ${grouped(copiedRows)} rows and compared all ${took}: both sides are equal and the books balance. The copy is complete.`;
};

const warning = ({ entriesSince }: CopyReport): readonly string[] =>
  entriesSince === 0
    ? []
    : [
        `The source got ${grouped(entriesSince)} entries meanwhile, which are not in the copy. Stop its server and run the same command again: it copies what is missing.`,
      ];
