// What happens to the servers in a cycle, by chance that can be repeated. All points come in turn, in another order each
// time, so that even a short drill sees each of them.
import type { Random } from "../demo/random.ts";
import { type BackendKind, type PointName, pointNames, pointOf, type Shot } from "./points.ts";

export interface Accident {
  /** Which of the servers it happens to. */
  readonly server: number;
  /** What the server is to be killed by; null: from outside, at any moment. */
  readonly shot: Shot | null;
  /** When it is killed from outside: after so many requests. */
  readonly afterRequests: number;
  /** Kills it once more, while it starts again. */
  readonly restart: Shot | null;
  /** Whether the database's own server is killed in the same moment. */
  readonly withDatabase: boolean;
  /** After how many requests the disk gets full, and for how many more it stays so; null: it does not. */
  readonly full: { readonly afterRequests: number; readonly lastsRequests: number } | null;
}

export interface Accidents {
  /** What kills whichever server makes the tables of a new database. */
  first(): Shot;
  next(): Accident;
}

interface AccidentsDeps {
  readonly random: Random;
  readonly backend: BackendKind;
  readonly servers: number;
}

const MAX_REQUESTS = 80;
const MIN_FULL_REQUESTS = 20;
const MIN_DELAY_EXPONENT = -2_000;
const MAX_DELAY_EXPONENT = 500;
const FULL_CHANCE = 0.5;
const RESTART_CHANCE = 0.25;
const DATABASE_CHANCE = 0.3;
const MICROS = 1_000;

export const createAccidents = ({ random, backend, servers }: AccidentsDeps): Accidents => {
  const namesDuring = (during: "start" | "work"): readonly PointName[] =>
    pointNames.filter((name) => pointOf(name).during === during && pointOf(name)[backend] !== undefined);
  const starts = namesDuring("start").filter((name) => name !== "migration");
  const deck: (PointName | null)[] = [];

  // Several servers share what is passed while they work.
  const maxPassesOf = (point: PointName): number => {
    const { during, maxPasses } = pointOf(point);
    return during === "start" ? maxPasses : Math.ceil(maxPasses / servers);
  };
  const shotAt = (point: PointName): Shot => ({
    ...{ point, pass: random.int(1, maxPassesOf(point)) },
    // From 10 µs to 3 ms, and short ones as often as long ones: nobody knows how long what it is to hit will take.
    delayMs: 10 ** (random.int(MIN_DELAY_EXPONENT, MAX_DELAY_EXPONENT) / MICROS),
  });
  const draw = (): PointName | null => {
    if (deck.length === 0) deck.push(...random.shuffled([...namesDuring("work"), null]));
    return deck.pop() ?? null;
  };

  return {
    first: () => shotAt("migration"),
    next: () => {
      const point = draw();
      return {
        server: random.int(0, servers - 1),
        shot: point === null ? null : shotAt(point),
        afterRequests: random.int(0, Math.ceil(MAX_REQUESTS / servers)),
        restart: starts.length > 0 && random.chance(RESTART_CHANCE) ? shotAt(random.pick(starts)) : null,
        withDatabase: backend === "postgres" && random.chance(DATABASE_CHANCE),
        full: random.chance(FULL_CHANCE)
          ? { afterRequests: random.int(0, MAX_REQUESTS), lastsRequests: random.int(MIN_FULL_REQUESTS, MAX_REQUESTS) }
          : null,
      };
    },
  };
};
