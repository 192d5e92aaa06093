// What has happened in a drill so far, for those who watch.

import { pointOf } from "./points.ts";
import type { Death } from "./server.ts";

export interface Tally {
  /** How often servers were killed, by where. */
  readonly kills: ReadonlyMap<string, number>;
  readonly totalKills: number;
  /** Events that were answered with an outcome. */
  answers: number;
  /** Connections that were cut. */
  cuts: number;
  /** How often the disk was full. */
  fulls: number;
  /** How often the database's own server was killed. */
  crashes: number;
  killed(death: Death): void;
}

export const createTally = (): Tally => {
  const kills = new Map<string, number>();
  let totalKills = 0;
  return {
    ...{ kills, answers: 0, cuts: 0, fulls: 0, crashes: 0 },
    get totalKills() {
      return totalKills;
    },
    killed: ({ point, isLate }) => {
      const where = point === null ? "at any moment" : `${pointOf(point).meaning}${isLate ? ", at its very end" : ""}`;
      kills.set(where, (kills.get(where) ?? 0) + 1);
      totalKills += 1;
    },
  };
};

/** Where servers were killed, the most frequent first. */
export const killsText = ({ kills }: Tally): string =>
  [...kills]
    .sort(([, left], [, right]) => right - left)
    .map(([where, count]) => `${count} ${where}`)
    .join("; ");
