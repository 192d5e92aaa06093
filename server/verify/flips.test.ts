// A bit that flips on a disk: whatever it changes of what the tables say, it is found.
import { readFileSync, writeFileSync } from "node:fs";
import BetterSqlite from "better-sqlite3";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { Unreadable } from "../storage/verification.ts";
import { fillWithEverything } from "../test/everything.ts";
import { NOON } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { verify } from "../test/verification.ts";

/** More on demand: FLIPS=10000. */
const FLIPS = Number(process.env.FLIPS ?? 200);

let original: Buffer;
let content: string;
let flipped: string;
beforeAll(async () => {
  const file = temporaryFile("surecount.db");
  let clockUs = NOON;
  const storage = await createSqliteStorage({ file, now: () => clockUs });
  const setClock = (us: number): void => {
    clockUs = us;
  };
  await fillWithEverything({ storage, setClock });
  await storage.close();
  [original, content, flipped] = [readFileSync(file), contentOf(file), temporaryFile("flipped.db")];
});

/** Every value of every table, byte for byte; or why they cannot be read. */
const contentOf = (file: string): string => {
  try {
    const db = new BetterSqlite(file, { readonly: true });
    try {
      const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
      return ["sqlite_schema", ...tables].map((table) => JSON.stringify([table, valuesOf(db, table)])).join("\n");
    } finally {
      db.close();
    }
  } catch (error) {
    return `unreadable: ${error}`;
  }
};

/** What says nothing by itself. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  // A page number moves with the pages alone.
  sqlite_schema: ["rootpage"],
  // A delta is read together with its bucket, whose extremes may lie beyond its own; and a bin may be written in two ways.
  rollup_deltas: ["min", "max", "bins"],
};

const valuesOf = (db: BetterSqlite.Database, table: string): readonly unknown[] => {
  const names = db.prepare("select name from pragma_table_info(?)").pluck().all(table) as string[];
  db.function("without_space", (text) => (typeof text === "string" ? text.replace(/\s+/g, " ") : text));
  // In a definition one kind of white space is as good as another.
  const sqlOf = (name: string): string => (name === "sql" ? `without_space("${name}")` : `"${name}"`);
  const values = names
    .filter((name) => !SILENT[table]?.includes(name))
    .map((name) => `typeof("${name}") || hex(${sqlOf(name)})`);
  // An index that has all columns would be read in place of the table.
  return db
    .prepare(`select ${values.join(", ")} from "${table}" not indexed`)
    .raw()
    .all();
};

const isFoundIn = async (file: string): Promise<boolean> => {
  try {
    return (await verify(file)).count > 0;
  } catch (error) {
    if (error instanceof Unreadable) return true;
    throw error;
  }
};

test("a flipped bit anywhere in what the tables say is found", { timeout: 60_000 + FLIPS * 100 }, async () => {
  expect(await isFoundIn(flippedAt(null))).toBe(false);
  let changed = 0;
  const flip = fc.record({ byte: fc.nat(original.length - 1), bit: fc.nat(7) });
  await fc.assert(
    fc.asyncProperty(flip, async (flip) => {
      const file = flippedAt(flip);
      if (contentOf(file) === content) return;
      changed += 1;
      expect(await isFoundIn(file)).toBe(true);
    }),
    { numRuns: FLIPS, endOnFailure: true },
  );
  expect(changed).toBeGreaterThan(FLIPS / 10);
});

/** Nothing else tells what is in these. */
const HELD_TWICE = [
  ...["meta", "leases", "tokens", "system_history"],
  ...["webhook_endpoints", "webhook_deliveries", "webhook_attempts"],
];

test.each(HELD_TWICE)("every column of %s is in an index as well, with which SQLite compares it", (table) => {
  const db = new BetterSqlite(flippedAt(null), { readonly: true });
  const indexed = "select i.name from pragma_index_list(@table) l, pragma_index_info(l.name) i";
  const heldOnce = `select name from pragma_table_info(@table) where pk = 0 and name not in (${indexed})`;
  expect(db.prepare(heldOnce).pluck().all({ table })).toEqual([]);
  expect(db.prepare("select count(*) from pragma_table_info(@table)").pluck().get({ table })).toBeGreaterThan(1);
  db.close();
});

const flippedAt = (flip: { readonly byte: number; readonly bit: number } | null): string => {
  const bytes = Buffer.from(original);
  if (flip !== null) bytes[flip.byte] = (bytes[flip.byte] ?? 0) ^ (1 << flip.bit);
  writeFileSync(flipped, bytes);
  return flipped;
};
