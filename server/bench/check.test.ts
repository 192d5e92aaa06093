import { expect, test } from "vitest";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { checkAnswers, checkServer } from "./check.ts";
import { allNew, createEventSource, noTotals, type Totals } from "./events.ts";
import { rowsOf } from "./peers/limit-rows.ts";
import { createLimitWriter, openLimitDatabase } from "./peers/limit-writer.ts";
import { isWrong } from "./table.ts";

const COUNT = 5;

const storeEvents = (): string => {
  const file = temporaryFile("stored.db");
  const connection = openLimitDatabase(file);
  const { next } = createEventSource({ first: 0, mix: allNew });
  const texts = Array.from({ length: COUNT }, next);
  createLimitWriter(connection)(rowsOf({ texts, firstSeq: 1, atUs: Date.now() * 1_000 }));
  connection.close();
  return file;
};

/** Through the server's own storage: each of the texts is an event. */
const storeTexts = async (texts: readonly string[]): Promise<string> => {
  const file = temporaryFile("stored.db");
  const nowUs = Date.now() * 1_000;
  const storage = await createSqliteStorage({ file, now: () => nowUs });
  await storage.append(texts.map((text) => prepared(JSON.parse(text), null, { nowUs })));
  await storage.close();
  return file;
};

interface Said {
  readonly databaseFile: string;
  readonly answered: Totals;
  readonly stats: Totals & { readonly received: number };
  readonly differences?: readonly object[];
}

const wrongOf = async ({ databaseFile, answered, stats, differences = [] }: Said): Promise<readonly string[]> => {
  const ask = async () => ({ stats, books: { balanced: differences.length === 0, differences } });
  const checks = await checkServer({ ask, database: databaseFile }, [{ acknowledged: answered, expected: answered }]);
  return checks.filter(isWrong).map(({ what }) => what);
};

const check = ({ acknowledged, counted }: { readonly acknowledged: number; readonly counted: number }) =>
  wrongOf({
    databaseFile: storeEvents(),
    answered: { ...noTotals, accepted: acknowledged },
    stats: { ...noTotals, received: counted, accepted: counted },
  });

test("where everything acknowledged is counted and stored nothing is wrong", async () => {
  expect(await check({ acknowledged: COUNT, counted: COUNT })).toEqual([]);
});

test("an event that was acknowledged and is not stored is found, even where the server's totals agree", async () => {
  expect(await check({ acknowledged: COUNT + 1, counted: COUNT + 1 })).toEqual([
    "rows in normalized_events",
    "rows in raw_events",
    "rows in processing_log",
  ]);
});

test("totals that differ from what was acknowledged are found, even where the rows agree", async () => {
  expect(await check({ acknowledged: COUNT, counted: COUNT - 1 })).toEqual(["stats.accepted", "stats.received"]);
});

test("duplicates and rejected events are looked for among the entries and failures, not among the events", async () => {
  const source = createEventSource({ first: 0, mix: { duplicates: 0.3, rejected: 0.2 } });
  const databaseFile = await storeTexts(Array.from({ length: 100 }, source.next));
  const { accepted, duplicates, rejected } = source.expected;
  expect([accepted, duplicates, rejected]).not.toContain(0);
  const stats = { ...source.expected, received: 100 };
  expect(await wrongOf({ databaseFile, answered: source.expected, stats })).toEqual([]);
  const answered = { ...source.expected, duplicates: duplicates + 1, rejected: rejected - 1 };
  expect(await wrongOf({ databaseFile, answered, stats })).toEqual([
    "stats.duplicates",
    "stats.rejected",
    "sightings in failed_events",
  ]);
});

test("books that do not balance are found where all else agrees", async () => {
  const totals = { ...noTotals, accepted: COUNT };
  const said = { databaseFile: storeEvents(), answered: totals, stats: { ...totals, received: COUNT } };
  expect(await wrongOf({ ...said, differences: [{ identity: "received" }] })).toEqual(["differences in the books"]);
});

test("an answer that was not the expected one is found", () => {
  const expected = { ...noTotals, accepted: 2 };
  const wrong = checkAnswers("it", [{ expected, acknowledged: { ...noTotals, accepted: 1, rejected: 1 } }]).filter(
    isWrong,
  );
  expect(wrong.map(({ what, ...figures }) => figures)).toEqual([
    { expected: 2, actual: 1 },
    { expected: 0, actual: 1 },
  ]);
});
