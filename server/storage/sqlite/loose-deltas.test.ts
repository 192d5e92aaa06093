import { expect, test } from "vitest";
import type { Act } from "../../domain/act.ts";
import { NOON, prepared } from "../../test/prepared.ts";
import { temporaryFile } from "../../test/temporary.ts";
import { sale } from "../storage.contract.ts";
import { openDatabase, openReadOnly } from "./database.ts";
import { createRollupReader } from "./rollups.ts";
import { createWriter } from "./writer.ts";

const questions = [
  { filter: {}, groupBy: ["CLIENT"], interval: "MINUTE_15", percentiles: [0.5] },
  { filter: {}, groupBy: ["CLIENT"], interval: "MINUTE_15" },
  { filter: { clients: ["till-1", "till-2", "till-0"] }, groupBy: [], interval: "HOUR" },
  { filter: {}, groupBy: [] },
  // What is read for it follows from whether anything lies before.
  { filter: { fromUs: NOON - 3_600e6 }, groupBy: [] },
] as const;

test("whoever asks again and again is told the same as who asks for the first time, between folds and behind them", () => {
  const file = temporaryFile("surecount.db");
  const writer = createWriter(openDatabase(file), { file, onLocked: () => {}, foldAfterEntries: 10 });
  const db = openReadOnly(file);
  const asking = createRollupReader(db);
  const expectTold = (count: number, before = 0): void => {
    for (const question of questions) {
      const told = asking.rollups(question);
      expect(told).toEqual(createRollupReader(db).rollups(question));
      const expected = "fromUs" in question.filter ? count - before : count;
      expect(told.rows.count.reduce((sum, one) => sum + one, 0)).toBe(expected);
    }
  };
  const voiding = (event: number): Act => ({ action: "VOIDED", by: null, event, reason: null });

  expectTold(0);
  for (let number = 1; number <= 30; number += 1) {
    const facts = { client: `till-${number % 3}`, amount: String(number), timestamp: (NOON - number * 60e6) / 1e6 };
    writer.append([prepared(sale(facts), `k-${number}`)], NOON);
    expectTold(number);
  }
  writer.perform(NOON, [voiding(29)]);
  expectTold(29);
  writer.append([prepared(sale({ client: "till-1" }), "k-31")], NOON);
  expectTold(30);
  writer.append([prepared(sale({ client: "till-1", timestamp: (NOON - 7_200e6) / 1e6 }), "k-32")], NOON);
  expectTold(31, 1);
  writer.perform(NOON, [voiding(33)]);
  expectTold(30);
  writer.append([prepared(sale({ client: "till-1" }), "k-33")], NOON);
  expectTold(31);
  db.$client.close();
  writer.close();
});
