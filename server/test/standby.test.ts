// Questions asked of a standby that has not come as far as its primary.
import { describe, expect, test } from "vitest";
import { startPostgres } from "../bench/postgres.ts";
import { createPostgresStorage } from "../storage/postgres/storage.ts";
import { prepared } from "../storage/storage.contract.ts";
import { createDatabaseOn, hasPostgres } from "./postgres.ts";

describe.runIf(hasPostgres)("a standby that lies behind", () => {
  test("does not hide entries from those who ask for all up to one that is there", async () => {
    const primary = await startPostgres();
    const url = await createDatabaseOn(primary);
    const replica = await primary.replicate();
    const readUrl = Object.assign(new URL(url), { port: replica.port }).href;
    const settings = { connections: 6, partitionLength: "month", now: () => Date.now() * 1000 } as const;
    const storage = await createPostgresStorage({ url, readUrl, ...settings });
    await replica.query("select pg_wal_replay_pause()");
    const events = [1, 2, 3].map((amount) =>
      prepared({ client: "kiosk", metric: "sale", amount, timestamp: "2026-01-30" }),
    );
    await storage.append(events);
    const found = await storage.entries({ clients: ["kiosk"] }, { above: 0, below: 4, order: "ascending", limit: 10 });
    expect(found.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await storage.close();
    await Promise.all([replica.stop(), primary.stop()]);
  });
});
