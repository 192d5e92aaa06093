// One history on both backends: whatever comes, in whatever groups, and whatever is done about it, they give equal
// answers, down to the hashes of the log.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actsOf, eventsOf, outcomeOf, step } from "../test/history.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { temporaryFile } from "../test/temporary.ts";
import { contentsOf, NOON } from "./corpus.ts";
import { createPostgresStorage } from "./postgres/storage.ts";
import { openDatabase } from "./sqlite/database.ts";
import { createSqliteStorage } from "./sqlite/storage.ts";
import type { Storage } from "./storage.ts";

/** A database in a file that has the id of another, with which the hashes of its log begin. */
const createTwin = ({ databaseId }: Storage, now: () => number): Promise<Storage> => {
  const file = temporaryFile("surecount.db");
  const { $client } = openDatabase(file);
  $client.prepare("insert into meta (name, value) values ('database_id', ?)").run(databaseId);
  $client.close();
  return createSqliteStorage({ file, now });
};

describe.runIf(hasPostgres)("one history on both backends", () => {
  test("gives equal outcomes, fingerprints, failures, totals and hashes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        let clockUs = NOON;
        const now = () => clockUs;
        const url = await createDatabase();
        const postgres = await createPostgresStorage({ url, connections: 6, partitionLength: "day", now });
        const sqlite = await createTwin(postgres, now);
        try {
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
        } finally {
          await Promise.all([sqlite.close(), postgres.close()]);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
