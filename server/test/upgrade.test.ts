// Databases of every schema that was released are brought up to date, wholly or not at all, and say then what they said
// before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
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
  // At a time when nothing is to be tried again by itself.
  const app = await startApp({ DATABASE_URL: databaseUrl }, { now: () => NOON });
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

test("there is a fixture for each schema before the present one", () => {
  const names = (backend: string) =>
    readdirSync(new URL(`../../drizzle/${backend}`, import.meta.url)).flatMap((name) => /^\d{4}(?=_)/.exec(name) ?? []);
  expect(sqliteFixtures.map(({ schema }) => schema)).toEqual(names("sqlite").slice(0, sqliteFixtures.length));
  // No version has ever served the first schema of PostgreSQL.
  expect(postgresFixtures.map(({ schema }) => schema)).toEqual(names("postgres").slice(1, sqliteFixtures.length));
});

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

/** Statements between two kills; UPGRADE_KILLS=1 kills at each. */
const STEP = Number(process.env.UPGRADE_KILLS ?? 29);

/** Begins to bring it up to date again and again, each time killed later, until once it ends before. Gives how often. */
const upgradeUnderKills = async (place: string): Promise<number> => {
  for (let kills = 0; ; kills++) {
    const args = ["server/start.js", "server/test/dying-upgrade.ts", place, String(3 + kills * STEP)];
    const child = spawn(process.execPath, args, { env: userEnvironment(), stdio: "inherit" });
    const [code, signal] = await once(child, "exit");
    if (code === 0) return kills;
    expect(signal).toBe("SIGKILL");
  }
};

describe("killed at a statement", { timeout: 1_200_000 }, () => {
  test("an upgrade of a SQLite file leaves it as it was, and the next one completes it", async () => {
    const [first] = sqliteFixtures as readonly [Fixture];
    const file = temporaryFile("surecount.db");
    layDown(first.schema, file);
    expect(await upgradeUnderKills(file)).toBeGreaterThanOrEqual(90 / STEP);
    expect(await findingsOf({ kind: "sqlite", file })).toEqual([]);
    await expectSame(file, first);
  });

  test.runIf(hasPostgres)("an upgrade of PostgreSQL leaves it as it was, and the next one completes it", async () => {
    const [first] = postgresFixtures as readonly [Fixture];
    const url = await createDatabase();
    await loadInto(url, first.schema);
    expect(await upgradeUnderKills(url)).toBeGreaterThanOrEqual(60 / STEP);
    expect(await findingsOf({ kind: "postgres", url })).toEqual([]);
    await expectSame(url, first);
  });
});

test("migrate brings a file up to date and ends", { timeout: 120_000 }, async () => {
  const file = temporaryFile("surecount.db");
  layDown("0001", file);
  const complaint = "";
  const output = `The tables of ${file} are up to date.\n`;
  expect(await runCommand(file, "migrate")).toEqual({ output, complaint, exitCode: 0 });
  expect(await findingsOf({ kind: "sqlite", file })).toEqual([]);
});

test("migrate leaves a file alone that a server has", { timeout: 120_000 }, async () => {
  const file = temporaryFile("surecount.db");
  const app = await startApp({ DATABASE_URL: file });
  expect(await runCommand(file, "migrate")).toMatchObject({
    exitCode: 1,
    complaint: expect.stringContaining(`belongs to another server: process ${process.pid} on `),
  });
  await app.close();
});
