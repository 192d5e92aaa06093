// What a rebuild of the rollups has come to, in words for the operator.
import type { RebuildReport, RollupDifference } from "../storage/rollup-recount.ts";
import type { StoredRollup } from "../storage/rollup-work.ts";
import { grouped } from "../transfer/progress.ts";
import { rollupName } from "./rollups.ts";

/** The lines to print. `seconds`: how long it took. */
export const rebuildLines = ({ differences, count, rollups }: RebuildReport, seconds: number): readonly string[] => [
  ...differences.map(differenceLine),
  ...(count > differences.length ? [`… and ${grouped(count - differences.length)} more.`] : []),
  `Counted ${grouped(rollups)} rollups in ${grouped(Math.round(seconds))} s: ${conclusion(count)}`,
];

const conclusion = (count: number): string => {
  if (count === 0) return "all were as they should be.";
  return `${count === 1 ? "1 was" : `${grouped(count)} were`} wrong, and ${count === 1 ? "is" : "are"} right now.`;
};

const differenceLine = ({ stored, counted }: RollupDifference): string => {
  const row = stored ?? counted;
  if (row === null) throw new Error("A difference has no side.");
  return `${rollupName(row)}: ${tallyWords(stored)}, and should be ${tallyWords(counted)}.`;
};

const tallyWords = (rollup: StoredRollup | null): string =>
  rollup === null
    ? "nothing"
    : `${grouped(rollup.count)} of ${rollup.sum}, ${rollup.min} to ${rollup.max}, ${grouped(rollup.late)} late`;
