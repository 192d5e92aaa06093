// One history on both backends: whatever comes, in whatever groups, and whatever is done about it, they give equal
// answers, down to the hashes of the log.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryOnce } from "../bench/postgres.ts";
import { actsOf, eventsOf, outcomeOf, type Step, step } from "../test/history.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { temporaryFile } from "../test/temporary.ts";
import { contentsOf, NOON } from "./corpus.ts";
import { createPostgresStorage } from "./postgres/storage.ts";
import { openDatabase } from "./sqlite/database.ts";
import { openReader } from "./sqlite/reader.ts";
import { createWriter } from "./sqlite/writer.ts";
import type { Storage } from "./storage.ts";

let clockUs = NOON;
const now = (): number => clockUs;

/**
 * A database in a file that has the id of another, with which the hashes of its log begin. Without the threads of the
 * backend, which take longer to start than a history to be lived; the contract is tested with them.
 */
const createTwin = ({ databaseId }: Pick<Storage, "databaseId">): Storage => {
  const file = temporaryFile("surecount.db");
  const db = openDatabase(file);
  db.$client.prepare("insert into meta (name, value) values ('database_id', ?)").run(databaseId);
  const writer = createWriter(db, { file, onLocked: () => {} });
  const { close, ...reads } = openReader(file);
  const later = Object.entries(reads).map(([name, read]) => [
    name,
    async (...args: readonly unknown[]) => (read as (...args: readonly unknown[]) => unknown)(...args),
  ]);
  return {
    ...Object.fromEntries(later),
    append: async (events, options) => writer.append(events, now(), options),
    perform: async (acts) => writer.perform(now(), acts),
    close: async () => {
      close();
      writer.close();
    },
  } as Storage;
};

/** As it was made: its id alone is left. */
const EMPTY = `do $$ begin
    execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') from pg_tables
      where schemaname = 'public' and tablename not in ('meta', 'first_head'));
  end $$;
  insert into log_head select * from first_head`;

const expectAlike = async (steps: readonly Step[], postgres: Storage, sqlite: Storage): Promise<void> => {
  for (const one of steps) {
    const { atomic, laterUs } = one.group;
    clockUs += laterUs;
    const events = await eventsOf(one, sqlite, clockUs);
    const appended = await outcomeOf(sqlite.append(events, { atomic }));
    expect(await outcomeOf(postgres.append(events, { atomic }))).toEqual(appended);
    const acts = await actsOf(one, sqlite, clockUs);
    const performed = await sqlite.perform(acts);
    expect(await postgres.perform(acts)).toEqual(performed);
  }
  const contents = await contentsOf(sqlite);
  expect(await contentsOf(postgres)).toEqual(contents);
  expect(contents.books).toEqual([]);
};

describe.runIf(hasPostgres)("one history on both backends", () => {
  let url = "";
  let postgres: Storage;

  beforeAll(async () => {
    url = await createDatabase();
    postgres = await createPostgresStorage({ url, connections: 6, partitionLength: "day", now });
    await queryOnce(url, "create table first_head as select * from log_head");
  });
  afterAll(() => postgres.close());

  test("gives equal outcomes, fingerprints, failures, totals and hashes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        clockUs = NOON;
        await queryOnce(url, EMPTY);
        const sqlite = createTwin(postgres);
        try {
          await expectAlike(steps, postgres, sqlite);
        } finally {
          await sqlite.close();
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
