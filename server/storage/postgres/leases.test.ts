import pg from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import { createDatabase, hasPostgres } from "../../test/postgres.ts";
import { describeLeases } from "../leases.contract.ts";
import type { Claim } from "../leases.ts";
import type { Storage } from "../storage.ts";
import { createPostgresStorage } from "./storage.ts";

const HOUR_MS = 3_600_000;
const work = { kind: "errand", item: "a" };
const long = { kind: "errand", limit: 1, leaseMs: HOUR_MS };

describe.runIf(hasPostgres)("with PostgreSQL", () => {
  let url: string;
  beforeEach(async () => {
    url = await createDatabase();
  });
  const open = (now = () => Date.now() * 1000): Promise<Storage> =>
    createPostgresStorage({ url, connections: 8, partitionLength: "month", now });
  /** Runs a statement on a connection of its own. */
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };

  describeLeases("PostgreSQL", open, 3);

  test("servers with wrong clocks agree on what is due and on which lease has ended", async () => {
    const late = await open(() => (Date.now() - 24 * HOUR_MS) * 1000);
    const early = await open(() => (Date.now() + 24 * HOUR_MS) * 1000);
    await late.leases.schedule(work, HOUR_MS);
    expect(await early.leases.claim(long)).toEqual([]);
    await early.leases.schedule({ ...work, item: "b" }, 0);
    const [held] = (await late.leases.claim(long)) as [Claim];
    expect(held.item).toBe("b");
    expect(await early.leases.claim(long)).toEqual([]);
    expect(await late.leases.settle(held, { delayMs: 0 })).toBe(true);
    expect(await early.leases.claim(long)).toMatchObject([{ item: "b" }]);
    await Promise.all([late.close(), early.close()]);
  });

  test("every change is on disk when it is answered, whatever the database's default is", async () => {
    await query(`alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = off`);
    const storage = await open();
    await query(`create table seen (operation text, setting text);
      create function look() returns trigger language plpgsql as $$ begin
        insert into seen values (tg_op, current_setting('synchronous_commit'));
        return null;
      end $$;
      create trigger look after insert or update or delete on leases for each row execute function look()`);
    await storage.leases.schedule(work, 0);
    const [claim] = (await storage.leases.claim(long)) as [Claim];
    await storage.leases.extend(claim, HOUR_MS);
    await storage.leases.settle(claim, { delayMs: 0 });
    await storage.leases.settle(...((await storage.leases.claim(long)) as [Claim]));
    const seen = await query("select operation, setting from seen");
    expect(seen.map(({ operation }) => operation)).toEqual([
      "INSERT",
      "UPDATE",
      "UPDATE",
      "UPDATE",
      "UPDATE",
      "DELETE",
    ]);
    expect(new Set(seen.map(({ setting }) => setting))).toEqual(new Set(["on"]));
    await storage.close();
  });

  test("a claim passes over what another holds locked, and waits for nobody", async () => {
    const storage = await open();
    await storage.leases.schedule(work, 0);
    await storage.leases.schedule({ ...work, item: "b" }, 0);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("begin; select * from leases where item = 'a' for update");
    expect(await storage.leases.claim({ ...long, limit: 2 })).toMatchObject([{ item: "b" }]);
    await other.query("rollback");
    await other.end();
    expect(await storage.leases.claim({ ...long, limit: 2 })).toMatchObject([{ item: "a" }]);
    await storage.close();
  });

  test("work that is due is found by its index, without walking what is due later", async () => {
    const storage = await open();
    await query(`insert into leases select 'errand', 'item ' || n, now() + n * interval '1 hour', null, 0, 0
      from generate_series(1, 20000) as n`);
    await query("analyze leases");
    const plan =
      await query(`explain select item from leases where kind = 'errand' and due_at <= (select clock_timestamp())
      and (leased_until is null or leased_until <= (select clock_timestamp())) order by due_at, item limit 1`);
    expect(plan.map((line) => line["QUERY PLAN"]).join("\n")).toMatch(
      /work_by_due.*\s+Index Cond: \(\(kind = .*due_at <=/,
    );
    await storage.close();
  });
});
