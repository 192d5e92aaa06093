// Databases as earlier versions of this program have left them, one for each schema that was released, with the figures
// that the version of that time had of them. Each was filled by the code of its time, with every outcome that it knew.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import pg from "pg";

const folder = new URL("./fixtures/", import.meta.url);

export interface Fixture {
  /** The number of the last migration that it has. */
  readonly schema: string;
  readonly expected: Expected;
}

interface Expected {
  readonly totals: Readonly<Record<"received" | "accepted" | "duplicates" | "conflicts" | "rejected", number>>;
  /** The last entry of the log. */
  readonly head: number;
  /** How many failures are in each state. */
  readonly failures: Readonly<Record<string, number>>;
  /** What is counted, voided events apart. */
  readonly series: readonly {
    readonly client: string;
    readonly metric: string;
    readonly unit: string | null;
    readonly count: number;
    readonly sum: string;
  }[];
}

const fixturesOf = (backend: "sqlite" | "postgres"): readonly Fixture[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(backend) && name.endsWith(".json"))
    .map((name) => ({
      schema: name.slice(-9, -5),
      expected: JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Expected,
    }));

export const sqliteFixtures = fixturesOf("sqlite");
export const postgresFixtures = fixturesOf("postgres");

const unpack = (name: string): Buffer => gunzipSync(readFileSync(new URL(name, folder)));

/** Writes a SQLite file as that version has left it. */
export const layDown = (schema: string, file: string): void => writeFileSync(file, unpack(`sqlite-${schema}.db.gz`));

/** Fills an empty PostgreSQL database as that version has left it, and sets a time zone that no upgrade may go by. */
export const loadInto = async (url: string, schema: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(unpack(`postgres-${schema}.sql.gz`).toString("utf8"));
    await client.query("alter role current_user set timezone = 'Asia/Kathmandu'");
  } finally {
    await client.end();
  }
};
