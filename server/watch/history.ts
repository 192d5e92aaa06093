// Keeps what the figures of this server were, in the database itself: in steps of ten seconds for an hour up to steps of
// an hour for a fortnight, each length written for itself, so that every span of time is read as some hundreds of rows.
//
//   every second a look at the levels -> every 10 s a step -> added to the open step of each length -> written
//
// The short steps are written as they end, the open long ones with the first of them and then once a minute: a server that is killed takes no more than
// that with it. Nothing waits for a write. One that fails is said once, and what it had is written with a later one, as
// far as that is an hour; on a disk that is almost full nothing is written at all.
import type { Micros } from "../domain/calendar.ts";
import type { Log } from "../log.ts";
import type { History, HistoryRow } from "../storage/history.ts";
import { createCondition } from "./condition.ts";
import {
  binsBetween,
  combineKnown,
  countNames,
  distributionNames,
  encodeFigures,
  type HistoryFigures,
  type LevelName,
  type Levels,
  levelNames,
  levelRules,
  mergeInTime,
  recordOf,
} from "./history-figures.ts";
import type { Totals } from "./totals.ts";

/** Each span of time that can be asked for, and the length of its steps. */
export const spans = {
  HOUR: { spanSeconds: 3_600, stepSeconds: 10 },
  SIX_HOURS: { spanSeconds: 21_600, stepSeconds: 60 },
  DAY: { spanSeconds: 86_400, stepSeconds: 300 },
  FORTNIGHT: { spanSeconds: 1_209_600, stepSeconds: 3_600 },
} as const;
export type SpanName = keyof typeof spans;
/** No span has more. */
export const MAX_STEPS = 360;

const SECOND_US = 1_000_000;
const LOOK_MS = 1_000;
const SHORTEST_SECONDS = spans.HOUR.stepSeconds;
const MINUTE_US = 60 * SECOND_US;
const MAX_UNWRITTEN = 400;
const MAX_ROWS_A_WRITE = 60;
/** What is left of a disk belongs to the events. */
const MIN_FREE_BYTES = 33_554_432;
const CLOSE_LIMIT_MS = 1_000;

/** What can be told at once, and what the database has to be asked for. */
export interface Looks {
  readonly totals: () => Totals;
  readonly levels: () => Partial<Levels>;
  readonly shared: () => Promise<Partial<Levels>>;
}

interface HistoryDeps {
  readonly history: Pick<History, "write">;
  /** The name of this server among those that share the database. */
  readonly server: string;
  readonly startedAtUs: Micros;
  readonly looks: Looks;
  readonly log: Pick<Log, "warn" | "info">;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

export interface HistoryKeeper {
  /** Looks, and ends the step where its time is over. Called every second by itself. */
  look(): Promise<void>;
  /** Writes what there is, where that does not take long. */
  close(): Promise<void>;
}

interface Step {
  readonly stepSeconds: number;
  readonly atUs: Micros;
  readonly figures: HistoryFigures;
}

/** The beginning of the step in which an instant lies. */
export const stepStartUs = (stepSeconds: number, atUs: Micros): Micros =>
  Math.floor(atUs / (stepSeconds * SECOND_US)) * stepSeconds * SECOND_US;

const unknownLevels = recordOf(levelNames, () => null) as Levels;

export const createHistory = (deps: HistoryDeps): HistoryKeeper => {
  const { looks, history, server, startedAtUs, log, now, nowMs = () => performance.now() } = deps;
  const written = createCondition({
    isGood: true,
    onSuccess: () => log.info("the history of the system is written again"),
    onFailure: (reason) => log.warn({ reason }, "the history of the system is not written"),
  });
  const taking = createTaking({ looks, now, nowMs });
  /** The step of each length that goes on. */
  const open = new Map<number, Step>();
  const unwritten = new Map<string, Step>();
  let ending: Promise<void> | null = null;
  let isFirst = true;

  const keep = (stepSeconds: number, { atUs, figures }: Omit<Step, "stepSeconds">): void => {
    const startUs = stepStartUs(stepSeconds, atUs);
    const before = open.get(stepSeconds);
    const step = {
      ...{ stepSeconds, atUs: startUs },
      figures: before?.atUs === startUs ? mergeInTime(before.figures, figures) : figures,
    };
    open.set(stepSeconds, step);
    unwritten.set(`${stepSeconds} ${startUs}`, step);
  };

  const rowOf = ({ stepSeconds, atUs, figures }: Step): HistoryRow => ({
    ...{ stepSeconds, atUs, server, startedAtUs, figures: encodeFigures(figures) },
  });

  const write = async (steps: readonly (readonly [key: string, step: Step])[]): Promise<void> => {
    const nowUs = now();
    const outdated = Object.values(spans).map(({ spanSeconds, stepSeconds }) => ({
      ...{ stepSeconds, beforeUs: nowUs - (spanSeconds + 2 * stepSeconds) * SECOND_US },
    }));
    try {
      await history.write(
        steps.map(([, step]) => rowOf(step)),
        outdated,
      );
      for (const [key, step] of steps) if (unwritten.get(key) === step) unwritten.delete(key);
      written.succeed();
    } catch (error) {
      written.fail(error instanceof Error ? error.message : String(error));
    }
  };

  const endStep = async (isLast: boolean): Promise<void> => {
    const { atUs, figures } = taking.take();
    const shared = await looks.shared();
    const whole = { atUs, figures: { ...figures, levels: { ...figures.levels, ...shared } } };
    for (const { stepSeconds } of Object.values(spans)) keep(stepSeconds, whole);
    for (const key of [...unwritten.keys()].slice(0, -MAX_UNWRITTEN)) unwritten.delete(key);
    const isMinuteOver = (stepStartUs(SHORTEST_SECONDS, atUs) + SHORTEST_SECONDS * SECOND_US) % MINUTE_US === 0;
    const isDue = (step: Step): boolean =>
      isFirst || isLast || isMinuteOver || step.stepSeconds === SHORTEST_SECONDS || open.get(step.stepSeconds) !== step;
    if ((shared.freeBytes ?? Number.POSITIVE_INFINITY) < MIN_FREE_BYTES) written.fail("The disk is almost full.");
    else await write([...unwritten].filter(([, step]) => isDue(step)).slice(0, MAX_ROWS_A_WRITE));
    isFirst = false;
  };

  const look = async (): Promise<void> => {
    taking.look();
    if (!taking.isOver()) return;
    ending ??= endStep(false).finally(() => {
      ending = null;
    });
    await ending;
  };

  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return {
    look,
    close: async () => {
      clearInterval(timer);
      const { promise: tooLate, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, CLOSE_LIMIT_MS);
      await Promise.race([(ending ?? Promise.resolve()).then(() => endStep(true)), tooLate]);
      clearTimeout(limit);
    },
  };
};

/** Sums up what has come since a step began. */
const createTaking = ({ looks, now, nowMs }: Required<Pick<HistoryDeps, "looks" | "now" | "nowMs">>) => {
  const begin = () => {
    const { counts, buckets } = looks.totals();
    const kept = recordOf(distributionNames, (name) => Float64Array.from(buckets[name]));
    return { atUs: now(), atMs: nowMs(), counts, buckets: kept };
  };
  let begun = begin();
  let levels = unknownLevels;

  const look = (): void => {
    const seen = looks.levels();
    const worst = (name: LevelName) => combineKnown(levelRules[name].inTime, levels[name], seen[name] ?? null);
    levels = recordOf(levelNames, worst);
  };

  return {
    look,
    isOver: (): boolean => stepStartUs(SHORTEST_SECONDS, now()) !== stepStartUs(SHORTEST_SECONDS, begun.atUs),
    take: (): Omit<Step, "stepSeconds"> => {
      look();
      const { counts, buckets } = looks.totals();
      const figures: HistoryFigures = {
        seconds: (nowMs() - begun.atMs) / 1_000,
        counts: recordOf(countNames, (name) => counts[name] - begun.counts[name]),
        bins: recordOf(distributionNames, (name) => binsBetween(begun.buckets[name], buckets[name])),
        levels,
      };
      const { atUs } = begun;
      begun = begin();
      levels = unknownLevels;
      return { atUs, figures };
    },
  };
};
