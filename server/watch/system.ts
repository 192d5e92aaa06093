// What those who run this server see of it: the same figures as its metrics, with what it runs on and whether it is
// ready. Whatever costs something is asked at most every few seconds, however many look.
import { readFileSync } from "node:fs";
import type { Micros } from "../domain/calendar.ts";
import { createLatest } from "../latest.ts";
import type { Connections, DatabaseFigures, Storage } from "../storage/storage.ts";
import type { BackupFigures } from "./backups.ts";
import type { Looks } from "./history.ts";
import { answerHistory, type HistoryAnswer, type HistoryAsked } from "./history-answer.ts";
import type { Figures, Metrics } from "./metrics.ts";
import { reasonsNotToWrite } from "./readiness.ts";
import type { Totals } from "./totals.ts";

const EVERY_MS = 5_000;
const LIMIT_MS = 1_500;

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** What the program and the Node that runs it are. */
export const versions = { version, node: process.versions.node } as const;

export interface SystemFigures extends Figures {
  readonly version: string;
  readonly node: string;
  readonly startedAtUs: Micros;
  readonly uptimeSeconds: number;
  /** Why events cannot be counted; none where they can. */
  readonly reasons: readonly string[];
  readonly backend: Storage["backend"];
  /** Null where the database has not told. */
  readonly database: DatabaseFigures | null;
  readonly connections: readonly Connections[];
  /** Null where servers make none by themselves. */
  readonly backups: BackupFigures | null;
  /** How many entries the reader of the live feed has not taken who is furthest behind. */
  readonly feedLag: number;
  /** How many entries have not been looked at for the endpoint that is furthest behind; null where nobody can tell. */
  readonly webhookLag: number | null;
  /** Events since the start, by outcome. */
  readonly counted: Totals["counts"];
}

export interface System {
  readonly startedAtUs: Micros;
  figures(): Promise<SystemFigures>;
  /** What the figures were, at this server and the others. */
  history(asked: HistoryAsked): Promise<HistoryAnswer>;
  /** What is kept of them. */
  readonly looks: Looks;
}

interface SystemDeps {
  readonly storage: Pick<Storage, "connections" | "backend" | "history">;
  readonly metrics: Pick<Metrics, "figures" | "totals" | "levels">;
  readonly database: () => Promise<DatabaseFigures | null>;
  readonly backups?: (() => Promise<BackupFigures | null>) | undefined;
  readonly readiness: () => Promise<readonly string[] | null>;
  readonly feedLag: () => number;
  readonly webhookLag: () => Promise<number | null>;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
}

/** The figures of the database, for all who want them. */
export const createDatabaseLook = (storage: Pick<Storage, "figures">): (() => Promise<DatabaseFigures | null>) =>
  createLatest({ ask: storage.figures, everyMs: EVERY_MS, limitMs: LIMIT_MS });

/** Whether events can be counted, for all who want to know. To find out writes a row. */
export const createReadinessLook = (
  storage: Pick<Storage, "checkWritable">,
): (() => Promise<readonly string[] | null>) =>
  createLatest({ ask: () => reasonsNotToWrite(storage), everyMs: EVERY_MS, limitMs: LIMIT_MS });

export const createSystem = (deps: SystemDeps): System => {
  const { storage, metrics, database, readiness, backups, feedLag, webhookLag, now } = deps;
  const startedAtUs = now();
  const began = performance.now();
  return {
    startedAtUs,
    figures: async () => {
      const [held, reasons, behind] = await Promise.all([database(), readiness(), webhookLag()]);
      return {
        ...versions,
        startedAtUs,
        uptimeSeconds: Math.floor((performance.now() - began) / 1_000),
        reasons: reasons ?? [],
        backend: storage.backend,
        database: held,
        connections: storage.connections(),
        backups: (await backups?.()) ?? null,
        ...{ feedLag: feedLag(), webhookLag: behind, counted: metrics.totals().counts },
        ...metrics.figures(),
      };
    },
    history: (asked) => answerHistory({ history: storage.history, nowUs: now() }, asked),
    looks: {
      totals: metrics.totals,
      levels: () => ({ ...metrics.levels(), ...levelsOf(storage.connections()), feedLag: feedLag() }),
      shared: async () => {
        const [held, behind] = await Promise.all([database(), webhookLag()]);
        return { ...(held === null ? {} : sharedLevelsOf(held)), webhookLag: behind };
      },
    },
  };
};

const levelsOf = (connections: readonly Connections[]) =>
  connections.length === 0
    ? {}
    : {
        busyConnections: connections.reduce((sum, { open, idle }) => sum + open - idle, 0),
        waitingCallers: connections.reduce((sum, { waiting }) => sum + waiting, 0),
      };

const sharedLevelsOf = ({ sizeBytes, walBytes, freeBytes, scheduledFailures, runningJobs }: DatabaseFigures) => ({
  ...{ sizeBytes, walBytes, freeBytes, scheduledFailures, runningJobs },
});
