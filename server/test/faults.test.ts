// What a network and a database do to a server that runs. One server lives through the whole file.
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Postgres, startPostgres } from "../bench/postgres.ts";
import { type Balancer, createBalancer } from "../drill/balancer.ts";
import { startApp, type TestApp } from "./app.ts";
import { createDatabaseOn, hasPostgres } from "./postgres.ts";
import { expectRecovery, expectRefusal, expectRefusals, expectUnready, sendOne, survive } from "./survival.ts";

const TIMES = 10;

/** Every second transaction is undone: for serialization, a deadlock, a lock, a timeout, a full disk, memory, connections. */
const UNDO = `
  create sequence undone;
  create function undo() returns trigger language plpgsql as $$
    declare
      codes text[] := '{40001,40P01,55P03,57014,53100,53200,53300}';
      turn int := nextval('undone');
    begin
      if turn % 2 = 0 then return new; end if;
      raise exception 'undone' using errcode = codes[1 + turn / 2 % 7];
    end $$;
  create trigger undo before update on log_head for each row execute function undo()`;

describe.runIf(hasPostgres)("a server on PostgreSQL", () => {
  let postgres: Postgres;
  let database: string;
  let wire: Balancer;
  let app: TestApp;
  beforeAll(async () => {
    postgres = await startPostgres();
    database = await createDatabaseOn(postgres);
    wire = await createBalancer([postgres.port]);
    const throughWire = Object.assign(new URL(database), { port: wire.port }).href;
    app = await startApp({ DATABASE_URL: throughWire, FEED_HEARTBEAT_MS: "200" });
  });
  afterEach(() => wire.resume());
  afterAll(async () => {
    await app?.close();
    await wire?.close();
    await postgres?.stop();
  });

  const onBackends = (call: string): Promise<unknown> =>
    postgres.query(`select ${call}(pid) from pg_stat_activity where application_name = 'surecount'`);
  const onDatabase = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const againAndAgain = async (fault: () => unknown): Promise<void> => {
    for (let time = 0; time < TIMES; time++) {
      await fault();
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };

  test.each(["fast", "immediate"] as const)("survives a restart of PostgreSQL (%s)", (ending) =>
    survive(app, `restart-${ending}`, () => postgres.restart(ending)),
  );

  test("says while PostgreSQL is away that it is, and goes on when it is back", () =>
    survive(app, "away", async () => {
      await postgres.kill();
      await expectRefusals(app);
      expectRefusal(await app.post("{ stats { received } }"));
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
      await postgres.start();
    }));

  test("survives the end of all its connections, again and again", () =>
    survive(app, "terminated", () => againAndAgain(() => onBackends("pg_terminate_backend"))));

  test("survives the end of all its statements, again and again", () =>
    survive(app, "canceled", () => againAndAgain(() => onBackends("pg_cancel_backend"))));

  test("survives transactions that PostgreSQL undoes, for others or for want of something", () =>
    survive(app, "undone", async () => {
      await onDatabase(UNDO);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await onDatabase("drop function undo cascade");
    }));

  test("survives a network that is cut, again and again", () =>
    survive(app, "cut", () => againAndAgain(() => wire.cut())));

  test("says that it is not ready while the network swallows everything, and goes on when it does not", () =>
    survive(app, "swallowed", async () => {
      wire.stall();
      await expectUnready(app);
      wire.resume();
      await expectRecovery(app);
      wire.stall();
      await expectUnready(app);
      wire.cut();
      wire.resume();
    }));

  test("refuses what it cannot write while PostgreSQL takes no writes, and still answers questions", () =>
    survive(app, "read-only", async () => {
      await postgres.query("alter system set default_transaction_read_only = on");
      await postgres.query("select pg_reload_conf()");
      await expectRefusals(app);
      expect((await app.ask("{ stats { received } }")).stats.received).toBeGreaterThan(0);
      await postgres.query("alter system reset default_transaction_read_only");
      await postgres.query("select pg_reload_conf()");
    }));

  test("refuses events while PostgreSQL has no connection left for it", () =>
    survive(app, "crowded-out", async () => {
      const role = new URL(database).username;
      await postgres.query(`alter role ${role} connection limit 0`);
      await onBackends("pg_terminate_backend");
      await expectRefusals(app);
      await postgres.query(`alter role ${role} connection limit -1`);
    }));

  test.each([
    ["its role", "alter role NAME nologin", "alter role NAME login"],
    ["its database", "alter database NAME allow_connections false", "alter database NAME allow_connections true"],
  ])("refuses events while PostgreSQL has closed %s to it", (_what, close, open) =>
    survive(app, `shut-out ${close}`, async () => {
      const name = new URL(database).username;
      await postgres.query(close.replace("NAME", name));
      await onBackends("pg_terminate_backend");
      await expectRefusals(app);
      expectRefusal(await app.post("{ books { balanced } }"));
      await postgres.query(open.replace("NAME", name));
    }),
  );

  test("answers or refuses everything while all its connections wait for a lock", async () => {
    const holder = new pg.Client({ connectionString: database });
    await holder.connect();
    await survive(app, "locked", async () => {
      await holder.query("begin; lock table log_head, normalized_events, processing_log in access exclusive mode");
      const questions = Array.from({ length: 60 }, () => app.post("{ log(first: 1) { edges { cursor } } }"));
      expectRefusal(await sendOne(app));
      await holder.query("rollback");
      for (const answer of await Promise.all(questions)) if (answer.status !== 200) expectRefusal(answer);
    }).finally(() => holder.end());
  });
});
