// A server that is killed in the midst of an import, and the commands that import and export through one.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { sale } from "./app.ts";
import { type ServerProcess, startProcess, userEnvironment } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const LINES = 20_000;
const START = Date.UTC(2026, 0, 1);
const file = Array.from({ length: LINES }, (_, index) =>
  JSON.stringify(sale({ timestamp: new Date(START + index * 1_000).toISOString() })),
).join("\n");

const run = (...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> =>
  new Promise((resolve) => {
    const options = { env: userEnvironment() };
    execFile(process.execPath, ["server/start.js", "server/main.ts", ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });

const acceptedBy = async (server: ServerProcess): Promise<number> =>
  (await server.ask<{ stats: { accepted: number } }>("{ stats { accepted } }")).stats.accepted;

test("a server that was killed in an import counts the rest when the file comes again", async () => {
  const settings = { DATABASE_URL: temporaryFile("surecount.db"), PORT: "4391" };
  const first = await startProcess(settings);
  const cut = fetch(`${first.url}/import`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: file,
  }).then(
    () => "answered",
    () => "broken",
  );
  await expect.poll(() => acceptedBy(first), { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  await first.kill();
  expect(await cut).toBe("broken");

  const second = await startProcess(settings);
  const counted = await acceptedBy(second);
  const source = temporaryFile("events.ndjson");
  writeFileSync(source, file);
  const imported = await run("import", source, "--url", second.url);
  expect(imported.code).toBe(0);
  const figures = `${(LINES - counted).toLocaleString("en-US")} accepted, ${counted.toLocaleString("en-US")} duplicates`;
  expect(imported.output).toContain(figures);
  expect(await acceptedBy(second)).toBe(LINES);

  const target = temporaryFile("events.csv.gz");
  const exported = await run("export", "events", target, "--url", second.url, "--where", "to=2026-01-01T00:00:10Z");
  expect(exported.output).toMatch(/: 10 rows as of entry \d+, [\d,]+ bytes, SHA-256 [0-9a-f]{64} unpacked/);
  expect(gunzipSync(readFileSync(target)).toString().split("\r\n")).toHaveLength(12);
  const refused = await run("export", "events", target, "--url", second.url, "--where", "colour=red");
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('no parameter "colour"')]);
  const books = await second.ask<{ books: { balanced: boolean } }>("{ books { balanced } }");
  expect(books.books.balanced).toBe(true);
  await second.stop();
});
