import { expect, test } from "vitest";
import { prepared } from "../../test/prepared.ts";
import { temporaryFile } from "../../test/temporary.ts";
import { createSqliteStorage } from "./storage.ts";

test("old payloads go oldest first, no more in a step than asked for, and none from the limit on", async () => {
  let clockUs = 1_000_000_000_000_000;
  const storage = await createSqliteStorage({ file: temporaryFile("surecount.db"), now: () => clockUs });
  for (let amount = 1; amount <= 6; amount++) {
    await storage.append([
      prepared({ client: "kiosk", metric: "sale", amount, timestamp: "2001-09-09T00:00:00Z" }),
      prepared("garbage"),
    ]);
    clockUs += 1;
  }
  const kept = async () => {
    const texts = await Promise.all([1, 3, 5, 7, 9, 11].map((seq) => storage.rawEvent(seq)));
    return texts.map((text) => text !== null);
  };
  const step = () => storage.removeRawEvents({ receivedBeforeUs: clockUs - 2, limit: 3 });
  expect(await step()).toEqual({ removed: 3, isDone: false });
  expect(await kept()).toEqual([false, false, false, true, true, true]);
  expect(await step()).toEqual({ removed: 1, isDone: true });
  expect(await kept()).toEqual([false, false, false, false, true, true]);
  expect(await step()).toEqual({ removed: 0, isDone: true });
  await storage.close();
});
