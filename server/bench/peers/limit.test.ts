import BetterSqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { createSqliteStorage } from "../../storage/sqlite/storage.ts";
import { prepared } from "../../test/prepared.ts";
import { temporaryFile } from "../../test/temporary.ts";
import { allNew, createEventSource } from "../events.ts";
import { rowsOf } from "./limit-rows.ts";
import { createLimitWriter, openLimitDatabase } from "./limit-writer.ts";

const AT_US = Date.now() * 1_000;
const TABLES = [
  "raw_events",
  "normalized_events",
  "processing_log",
  "rollups",
  "rollup_deltas",
  "counters",
  "activity",
  "failed_events",
];

const rowsIn = (file: string): Readonly<Record<string, readonly unknown[]>> => {
  const connection = new BetterSqlite(file, { readonly: true });
  const rows = TABLES.map((table) => [table, connection.prepare<[], object>(`select * from ${table}`).all()] as const);
  connection.close();
  // The hashes of a chain depend on the id of its database.
  return Object.fromEntries(rows.map(([table, all]) => [table, all.map((row) => ({ ...row, hash: null }))]));
};

test("the limit writes the rows that the server writes", async () => {
  const { next } = createEventSource({ first: 0, mix: allNew });
  const groups = [0, 1].map(() => Array.from({ length: 300 }, next));

  const files = { server: temporaryFile("server.db"), limit: temporaryFile("limit.db") };
  const storage = await createSqliteStorage({ file: files.server, now: () => AT_US });
  const limit = openLimitDatabase(files.limit);
  const write = createLimitWriter(limit);
  for (const [index, texts] of groups.entries()) {
    await storage.append(texts.map((text) => prepared(JSON.parse(text), null, { nowUs: AT_US })));
    write(rowsOf({ texts, firstSeq: 1 + index * 300, atUs: AT_US }));
  }
  await storage.close();
  limit.close();

  expect(rowsIn(files.limit)).toEqual(rowsIn(files.server));
});
