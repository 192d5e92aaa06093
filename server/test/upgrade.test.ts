// Databases of every schema that was released are brought up to date, wholly or not at all, and say then what they said
// before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import BetterSqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { queryOnce } from "../bench/postgres.ts";
import { migrateDatabase, openVerifySource } from "../upkeep.ts";
import { verifyDatabase } from "../verify/verify.ts";
import { sale, startApp } from "./app.ts";
import { runCommand } from "./command.ts";
import { type Fixture, layDown, loadInto, postgresFixtures, sqliteFixtures } from "./fixtures.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { NOON } from "./prepared.ts";
import { userEnvironment } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const FIGURES = `{
  stats { received accepted duplicates conflicts rejected }
  books { balanced }
  failedEvents(first: 100) { edges { node { state } } }
  log(last: 1) { edges { node { seq } } }
  aggregations(groupBy: [CLIENT, METRIC]) { client metric unit count sum }
}`;

const findingsOf = async (database: Parameters<typeof openVerifySource>[0]) => {
  const source = await openVerifySource(database);
  try {
    return (await verifyDatabase({ source, checkpoint: null, output: { write: () => undefined } })).findings;
  } finally {
    await source.close();
  }
};

/** The server of today says of it what that of its time knew, and recognises what was counted then. */
const expectSame = async (databaseUrl: string, { expected }: Fixture): Promise<void> => {
  // At a time when nothing is to be tried again by itself; and some have tokens.
  const app = await startApp({ DATABASE_URL: databaseUrl, AUTH: "off" }, { now: () => NOON });
  const { stats, books, failedEvents, log, aggregations } = await app.ask(FIGURES);
  expect(stats).toEqual(expected.totals);
  expect(books).toEqual({ balanced: true });
  expect(log.edges).toEqual([{ node: { seq: expected.head } }]);
  const states = Object.groupBy(failedEvents.edges as readonly { node: { state: string } }[], ({ node }) => node.state);
  expect(Object.fromEntries(Object.entries(states).map(([state, found]) => [state, found?.length]))).toEqual(
    expected.failures,
  );
  expect(new Set(aggregations.map(JSON.stringify))).toEqual(new Set(expected.series.map((row) => JSON.stringify(row))));
  expect(await app.ingest(sale())).toMatchObject({ outcome: "DUPLICATE", receipt: { seq: 1 } });
  await app.close();
};

/** The numbers of its migrations. */
const schemasOf = (backend: "sqlite" | "postgres"): readonly string[] =>
  readdirSync(new URL(`../../drizzle/${backend}`, import.meta.url))
    .flatMap((name) => /^\d{4}(?=_)/.exec(name) ?? [])
    .sort();

/**
 * The schemas that no version has ever served, since the next came before it was released. Whoever adds a schema makes a
 * fixture of the one before, by the code that was released with it, or names it here.
 */
const neverServed = {
  sqlite: ["0004", "0006", "0007", "0008"],
  postgres: ["0000", "0004", "0006", "0007", "0008"],
};

test.each([
  ["sqlite", sqliteFixtures],
  ["postgres", postgresFixtures],
] as const)(
  "there is a fixture for each schema of %s that was ever served, the present one apart",
  (backend, fixtures) => {
    const served = schemasOf(backend)
      .slice(0, -1)
      .filter((schema) => !neverServed[backend].includes(schema));
    expect(fixtures.map(({ schema }) => schema)).toEqual(served);
  },
);

test.each(sqliteFixtures)(
  "a SQLite file of schema $schema is sound and says the same when it was upgraded",
  async (fixture) => {
    const file = temporaryFile("surecount.db");
    layDown(fixture.schema, file);
    await migrateDatabase({ kind: "sqlite", file });
    expect(await findingsOf({ kind: "sqlite", file })).toEqual([]);
    await expectSame(file, fixture);
  },
);

describe.runIf(hasPostgres)("PostgreSQL", () => {
  test.each(postgresFixtures)(
    "a database of schema $schema is sound and says the same when it was upgraded",
    async (fixture) => {
      const url = await createDatabase();
      await loadInto(url, fixture.schema);
      await migrateDatabase({ kind: "postgres", url });
      expect(await findingsOf({ kind: "postgres", url })).toEqual([]);
      await expectSame(url, fixture);
    },
  );
});

/** Statements between two kills, where all migrations are to be applied; UPGRADE_KILLS=1 kills at each. */
const STEP = Number(process.env.UPGRADE_KILLS ?? 29);

interface Kills {
  readonly place: string;
  /** Statements between two of them. */
  readonly step: number;
  readonly backend: "sqlite" | "postgres";
  /** How many migrations the database has. */
  readonly applied: () => Promise<number>;
}

/**
 * Begins to bring it up to date again and again, each time killed later, until once it ends before. Gives how often: each
 * time all migrations were applied, or none.
 */
const upgradeUnderKills = async ({ place, step, backend, applied }: Kills): Promise<number> => {
  const [before, latest] = [await applied(), schemasOf(backend).length];
  for (let kills = 0; ; kills++) {
    const args = ["server/start.js", "server/test/dying-upgrade.ts", place, String(1 + kills * step)];
    const child = spawn(process.execPath, args, { env: userEnvironment(), stdio: "inherit" });
    const [code, signal] = await once(child, "exit");
    const after = await applied();
    if (code === 0) return kills;
    expect(signal).toBe("SIGKILL");
    expect([before, latest]).toContain(after);
  }
};

const appliedIn = (file: string) => async (): Promise<number> => {
  const db = new BetterSqlite(file, { readonly: true });
  try {
    return db.prepare("select count(*) from __drizzle_migrations").pluck().get() as number;
  } finally {
    db.close();
  }
};
const appliedAt = (url: string) => async (): Promise<number> => {
  const [row] = await queryOnce(url, "select count(*)::int as count from drizzle.__drizzle_migrations");
  return Number(row?.count);
};

/** All that was ever released, at some statements; what comes next, at each. */
const journeys = (fixtures: readonly Fixture[]) =>
  [
    { fixture: fixtures.at(0) as Fixture, step: STEP, least: 60 / STEP },
    { fixture: fixtures.at(-1) as Fixture, step: 1, least: 20 },
  ].map((journey) => ({ ...journey, schema: journey.fixture.schema }));

describe("killed at a statement", { timeout: 1_200_000 }, () => {
  test.each(journeys(sqliteFixtures))(
    "an upgrade of a SQLite file of schema $schema leaves it as it was, and the next one completes it",
    async ({ fixture, step, least }) => {
      const file = temporaryFile("surecount.db");
      layDown(fixture.schema, file);
      const kills = await upgradeUnderKills({ place: file, step, backend: "sqlite", applied: appliedIn(file) });
      expect(kills).toBeGreaterThanOrEqual(least);
      expect(await findingsOf({ kind: "sqlite", file })).toEqual([]);
      await expectSame(file, fixture);
    },
  );

  describe.runIf(hasPostgres)("PostgreSQL", () => {
    test.each(journeys(postgresFixtures))(
      "an upgrade of a database of schema $schema leaves it as it was, and the next one completes it",
      async ({ fixture, step, least }) => {
        const url = await createDatabase();
        await loadInto(url, fixture.schema);
        const kills = await upgradeUnderKills({ place: url, step, backend: "postgres", applied: appliedAt(url) });
        expect(kills).toBeGreaterThanOrEqual(least);
        expect(await findingsOf({ kind: "postgres", url })).toEqual([]);
        await expectSame(url, fixture);
      },
    );
  });
});

test("--migrate-only brings a file up to date and ends, and changes none of a newer version", {
  timeout: 120_000,
}, async () => {
  const file = temporaryFile("surecount.db");
  layDown("0001", file);
  const complaint = "";
  const output = `The tables of ${file} are up to date.\n`;
  expect(await runCommand(file, "--migrate-only")).toEqual({ output, complaint, exitCode: 0 });
  expect(await findingsOf({ kind: "sqlite", file })).toEqual([]);
  const db = new BetterSqlite(file);
  db.exec("insert into __drizzle_migrations (hash, created_at) values ('of the future', 9999999999999)");
  db.close();
  const before = readFileSync(file);
  expect(await runCommand(file, "migrate")).toMatchObject({
    exitCode: 1,
    output: "",
    complaint: expect.stringMatching(/^[^\n]*a newer version of Surecount has written it[^\n]*\n$/),
  });
  expect(readFileSync(file)).toEqual(before);
});

test.runIf(hasPostgres)(
  "--migrate-only brings a PostgreSQL database up to date and ends, and changes none of a newer version",
  {
    timeout: 120_000,
  },
  async () => {
    const url = await createDatabase();
    await loadInto(url, "0001");
    expect(await runCommand(url, "--migrate-only")).toMatchObject({ complaint: "", exitCode: 0 });
    expect(await findingsOf({ kind: "postgres", url })).toEqual([]);
    const applied = "drizzle.__drizzle_migrations";
    await queryOnce(url, `insert into ${applied} (hash, created_at) values ('of the future', 9999999999999)`);
    expect(await runCommand(url, "migrate")).toMatchObject({
      exitCode: 1,
      output: "",
      complaint: expect.stringMatching(/^[^\n]*a newer version of Surecount has changed its tables[^\n]*\n$/),
    });
  },
);

test("migrate leaves a file alone that a server has", { timeout: 120_000 }, async () => {
  const file = temporaryFile("surecount.db");
  const app = await startApp({ DATABASE_URL: file });
  expect(await runCommand(file, "migrate")).toMatchObject({
    exitCode: 1,
    complaint: expect.stringContaining(`belongs to another server: process ${process.pid} on `),
  });
  await app.close();
});
