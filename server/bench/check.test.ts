import { expect, test } from "vitest";
import { temporaryFile } from "../test/temporary.ts";
import { checkServer } from "./check.ts";
import { allNew, createEventSource, noTally } from "./events.ts";
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

const check = async ({ acknowledged, counted }: { readonly acknowledged: number; readonly counted: number }) => {
  const tally = { ...noTally, accepted: acknowledged };
  const stats = { ...noTally, received: counted, accepted: counted };
  const ask = async () => ({ stats, books: { balanced: true, differences: [] } });
  const checks = await checkServer({ ask, databaseFile: storeEvents() }, [{ acknowledged: tally, expected: tally }]);
  return checks.filter(isWrong).map(({ what }) => what);
};

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
