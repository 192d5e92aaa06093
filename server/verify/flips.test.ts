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

const valuesOf = (db: BetterSqlite.Database, table: string): readonly unknown[] => {
  db.function("with_one_space", (text) => (typeof text === "string" ? text.replace(/\s+/g, " ") : text));
  const names = db.prepare("select name from pragma_table_info(?)").pluck().all(table) as string[];
  // A page number is no value, and moves with the pages alone.
  const values = names.filter((name) => name !== "rootpage").map((name) => saidBy(table, name));
  // An index that has all columns would be read in place of the table.
  return db
    .prepare(`select ${values.join(", ")} from "${table}" not indexed`)
    .raw()
    .all();
};

/** A bucket and its deltas are read together: an extreme that lies within that of the other says nothing. */
const READ_WITH: Readonly<Record<string, string>> = { rollups: "rollup_deltas", rollup_deltas: "rollups" };

/** What a column says, in SQL. */
const saidBy = (table: string, name: string): string => {
  // In a definition one kind of white space is as good as another.
  if (name === "sql") return `hex(with_one_space("${name}"))`;
  const value = `typeof("${name}") || hex("${name}")`;
  const other = READ_WITH[table];
  if (other === undefined || !["min", "max", "bins"].includes(name)) return value;
  const isSame = ["client", "metric", "unit"].map((key) => `o.${key} = ${table}.${key}`).join(" and ");
  return `iif(exists (select 1 from ${other} o where ${isSame}), null, ${value})`;
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
