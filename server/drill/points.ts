// The places at which a server is killed, each named and found by the SQL that is passing there. To add one is to add
// an entry here. The server knows nothing of them: preload.ts looks at the statements that it sends to its driver.

export type BackendKind = "sqlite" | "postgres";

/** Where a statement is passing. */
export interface Spot {
  readonly sql: RegExp;
  /** Killed before it is sent, after it was answered, or by another thread a moment after it was sent. */
  readonly when: "before" | "after" | "within";
  /** Sent once the statement was answered, where it is this that the server is killed within. Only on SQLite. */
  readonly next?: string;
}

interface Point {
  readonly meaning: string;
  /** While a server starts, or while it takes events. */
  readonly during: "start" | "work";
  /** The most times that the spot is passed before it counts. */
  readonly maxPasses: number;
  readonly sqlite?: Spot;
  readonly postgres?: Spot;
}

const MAX_COMMITS = 40;

export const points = {
  begin: {
    meaning: "after begin",
    during: "work",
    maxPasses: MAX_COMMITS,
    sqlite: { sql: /^begin immediate/i, when: "after" },
    postgres: { sql: /^begin isolation level read committed; set local surecount/i, when: "after" },
  },
  raw: {
    meaning: "after the first raw event was inserted",
    during: "work",
    maxPasses: MAX_COMMITS,
    sqlite: { sql: /^insert into "raw_events"/i, when: "after" },
    postgres: { sql: /insert into "raw_events"/i, when: "after" },
  },
  beforeCommit: {
    meaning: "before commit",
    during: "work",
    maxPasses: MAX_COMMITS,
    sqlite: { sql: /^commit$/i, when: "before" },
    postgres: { sql: /^commit$/i, when: "before" },
  },
  afterCommit: {
    meaning: "after commit, before the answer",
    during: "work",
    maxPasses: MAX_COMMITS,
    sqlite: { sql: /^commit$/i, when: "after" },
    postgres: { sql: /^commit$/i, when: "after" },
  },
  checkpoint: {
    meaning: "during a checkpoint",
    during: "work",
    maxPasses: MAX_COMMITS,
    sqlite: { sql: /^commit$/i, when: "within", next: "pragma wal_checkpoint(truncate)" },
  },
  retryJob: {
    meaning: "during a retry job",
    during: "work",
    maxPasses: 20,
    sqlite: { sql: /^update "failed_events" set "state" = \?, "problems"/i, when: "after" },
    postgres: { sql: /update "failed_events" f set (?!state = 'RESOLVED')/i, when: "after" },
  },
  recovery: {
    meaning: "during the recovery at a start",
    during: "start",
    maxPasses: 1,
    sqlite: { sql: /^pragma journal_mode = wal$/i, when: "within" },
  },
  migration: {
    meaning: "during a migration",
    during: "start",
    maxPasses: 16,
    sqlite: { sql: /^\s*(create (table|(unique )?index)|insert into "__drizzle_migrations")/i, when: "before" },
    postgres: { sql: /^\s*(create |alter |insert into "drizzle")/i, when: "before" },
  },
} as const satisfies Readonly<Record<string, Point>>;

export type PointName = keyof typeof points;

export const pointNames = Object.keys(points) as readonly PointName[];

export const pointOf = (name: PointName): Point => points[name];

/** One kill that is to come, as the drill hands it to a server. */
export interface Shot {
  readonly point: PointName;
  /** At which time of passing, counted from 1. */
  readonly pass: number;
  /** How long after the statement was sent, where it is killed within. */
  readonly delayMs: number;
}

/** The environment of a server that may be killed at a point. */
export const shotFileVariable = "DRILL_SHOT_FILE";
export const backendVariable = "DRILL_BACKEND";
/** The file that is there as long as the disk is to be full, where there is no disk that could be filled. */
export const fullFileVariable = "DRILL_FULL_FILE";

/** What it says then where the statement within which it should have been killed has ended already. */
export const TOO_LATE = "too late\n";

/** What a server says on standard error before it kills itself. */
export const lastWords = (point: PointName): string => `killed ${pointOf(point).meaning}\n`;
