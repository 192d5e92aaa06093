// A server whose connections to PostgreSQL are lent by a pooler.
import { describe, expect, onTestFinished, test } from "vitest";
import { startApp } from "./app.ts";
import { hasPgBouncer, knowsPrepared, startPgBouncer } from "./pgbouncer.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { survive } from "./survival.ts";

const startPooler = async (settings: Record<string, string>) => {
  const pooler = await startPgBouncer(await createDatabase(), settings);
  onTestFinished(() => pooler.stop());
  return pooler;
};

describe.runIf(hasPostgres && hasPgBouncer)("a server behind PgBouncer", () => {
  test("works where it pools sessions", async () => {
    const { url } = await startPooler({ pool_mode: "session" });
    const app = await startApp({ DATABASE_URL: url, FEED_HEARTBEAT_MS: "200" });
    onTestFinished(() => app.close());
    await survive(app, "pooled", async () => undefined);
  });

  test("works where it pools transactions and knows prepared statements, and else refuses to start", async () => {
    const off = knowsPrepared() ? { max_prepared_statements: "0" } : {};
    const ignorant = await startPooler({ pool_mode: "transaction", ...off });
    const start = startApp({ DATABASE_URL: ignorant.url });
    await expect(start).rejects.toThrow(/knows no prepared statements: let it pool sessions/);
    if (!knowsPrepared()) return;
    const { url } = await startPooler({ pool_mode: "transaction", max_prepared_statements: "200" });
    const app = await startApp({ DATABASE_URL: url, FEED_HEARTBEAT_MS: "200" });
    onTestFinished(() => app.close());
    await survive(app, "pooled", async () => undefined);
  });
});
