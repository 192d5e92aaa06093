// The command that copies a database, as a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import BetterSqlite from "better-sqlite3";
import pg from "pg";
import { describe, expect, test, vi } from "vitest";
import { openCopyTarget } from "../storage/postgres/copy-target.ts";
import { sale, startApp } from "./app.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { userEnvironment } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const startCopy = (databaseUrl: string, to: string) => {
  const child = spawn(process.execPath, ["server/start.js", "server/main.ts", "copy", "--to", to], {
    env: { ...userEnvironment(), DATABASE_URL: databaseUrl },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = async () => {
    const [output, complaint, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    return { output, complaint, exitCode };
  };
  return { child, ended: ended() };
};
const copy = (databaseUrl: string, to: string) => startCopy(databaseUrl, to).ended;

const ENTRIES = "query ($after: String) { log(first: 2, after: $after) { edges { cursor node { seq action } } } }";

describe.runIf(hasPostgres)("npm start -- copy --to postgres://…", () => {
  /** The file of a database with five entries, and what a client has read of its log. */
  const fill = async () => {
    const file = temporaryFile("surecount.db");
    const app = await startApp({ DATABASE_URL: file });
    for (const amount of [1, 2, "many", 2]) await app.ingest(sale({ amount }));
    const first = await app.ingest(sale({ amount: 3 }), { idempotencyKey: "k" });
    const { log } = await app.ask(ENTRIES);
    await app.close();
    return { file, first, cursor: log.edges.at(-1).cursor };
  };

  test("killed in the middle it goes on, tells how far it is, and never shows the password", async () => {
    const { file } = await fill();
    const url = Object.assign(new URL(await createDatabase()), { password: "secret" }).href;
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    // The tables must be there before one can be locked.
    await (await openCopyTarget({ url, partitionLength: "month" })).close();
    await other.query("begin; lock table processing_log in exclusive mode");
    const first = startCopy(file, url);
    await vi.waitFor(
      async () => {
        const { rows } = await other.query("select count(*)::int as waiting from pg_locks where not granted");
        expect(rows).toEqual([{ waiting: 1 }]);
      },
      { timeout: 30_000, interval: 20 },
    );
    first.child.kill("SIGKILL");
    await first.ended;
    await other.query("rollback");
    const second = await copy(file, url);
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.complaint).toContain(":***@");
    expect(second.complaint).toMatch(/^\{"step":"copying","doneRows":([1-9]\d),"totalRows":\1,/m);
    expect(second.complaint).toMatch(/^\{"step":"comparing","doneRows":(\d+),"totalRows":\1,/m);
    expect(second.output).toMatch(/^normalized_events +3 rows {2}sha256 [0-9a-f]{16}… {2}equal$/m);
    expect(second.output).toMatch(/both sides are equal and the books balance\. The copy is complete\.$/m);
    const third = await copy(file, url);
    expect(third).toMatchObject({ exitCode: 0, output: expect.stringContaining("was complete already") });
    await other.query("update counters set accepted = accepted + 1");
    const fourth = await copy(file, url);
    expect(fourth).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/^counters .*DIFFERENT, first at client /m),
    });
    for (const { output, complaint } of [second, third, fourth]) expect(output + complaint).not.toContain("secret");
    await other.end();
  });

  test("the server on the copy knows the events, and cursors of the original go on there", async () => {
    const { file, first, cursor } = await fill();
    const url = await createDatabase();
    expect(await copy(file, url)).toMatchObject({ exitCode: 0 });
    const app = await startApp({ DATABASE_URL: url });
    expect(await app.ingest(sale({ amount: "3.0" }), { idempotencyKey: "k" })).toMatchObject({
      outcome: "DUPLICATE",
      receipt: first.receipt,
    });
    const { log } = await app.ask(ENTRIES, { after: cursor });
    expect(log.edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { seq: 3, action: "REJECTED" },
      { seq: 4, action: "DUPLICATE" },
    ]);
    expect(await app.ask("{ books { balanced } }")).toEqual({ books: { balanced: true } });
    await app.close();
    expect(await copy(file, url)).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining("servers have written to since, from entry 5 to 6"),
    });
  });

  test("it copies beside a server that runs, but leaves the file of one of an older version as it is", async () => {
    const { file } = await fill();
    const app = await startApp({ DATABASE_URL: file });
    expect(await copy(file, await createDatabase())).toMatchObject({ exitCode: 0 });
    const hand = new BetterSqlite(file);
    hand.exec("delete from __drizzle_migrations where rowid = (select max(rowid) from __drizzle_migrations)");
    const count = () => hand.prepare("select count(*) from __drizzle_migrations").pluck().get();
    const before = count();
    expect(await copy(file, await createDatabase())).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining(`belongs to another server: process ${process.pid} on `),
    });
    expect(count()).toBe(before);
    hand.close();
    await app.close();
  });

  test("what it cannot do it says in one line, and makes nothing", async () => {
    const [file, url] = [temporaryFile("none.db"), await createDatabase()];
    expect(await copy(file, url)).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining("There is no database at"),
    });
    expect(existsSync(file)).toBe(false);
    expect(await copy(url, url)).toMatchObject({ exitCode: 2, complaint: expect.stringMatching(/SQLite file\.\n$/) });
    const wrong = await copy(file, "postgres://me:secret@host");
    expect(wrong).toMatchObject({
      exitCode: 2,
      complaint: expect.stringMatching(/^--to="postgres:\/\/me:\*\*\*@host" cannot be used: [^\n]*\n$/),
    });
  });
});
