// One corpus through both backends: whatever comes, in whatever groups, they give equal answers.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { contentsOf, group, NOON } from "./corpus.ts";
import { createPostgresStorage } from "./postgres/storage.ts";
import { createSqliteStorage } from "./sqlite/storage.ts";

describe.runIf(hasPostgres)("one corpus on both backends", () => {
  test("gives equal outcomes, fingerprints, failures and totals", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 12 }), async (groups) => {
        let clockUs = NOON;
        const now = () => clockUs;
        const url = await createDatabase();
        const sqlite = await createSqliteStorage({ file: temporaryFile("surecount.db"), now });
        const postgres = await createPostgresStorage({ url, connections: 6, partitionLength: "day", now });
        try {
          for (const { events, atomic, laterUs } of groups) {
            clockUs += laterUs;
            const group = events.map(([event, idempotencyKey]) => prepared(event, idempotencyKey));
            const appended = await sqlite.append(group, { atomic });
            expect(await postgres.append(group, { atomic })).toEqual(appended);
          }
          const contents = await contentsOf(sqlite);
          expect(await contentsOf(postgres)).toEqual(contents);
          expect(contents.books).toEqual([]);
        } finally {
          await Promise.all([sqlite.close(), postgres.close()]);
        }
      }),
      { numRuns: 25 },
    );
  });
});
