// To serve: read the settings, build what must be built, listen until a signal comes, then drain.
import { flushCompileCache } from "node:module";
import { buildDashboard } from "../../web/build.ts";
import { createApp } from "../app.ts";
import { describeDatabase, readConfig } from "../config.ts";
import { findQueue } from "../intake/queues.ts";
import { createLog } from "../log.ts";
import { startTracing } from "../trace/tracing.ts";

const DRAIN_LIMIT_MS = 4_500;
/** Of a server that ended itself, because its disk cannot be relied on. */
const DISK_FAILED = 3;

/** Serves, and takes events from the queue meanwhile where one is named. Resolves when it is ready. */
export const serve = async (queueUrl?: string): Promise<void> => {
  const config = readConfig(process.env);
  const queue = queueUrl === undefined ? undefined : await findQueue(queueUrl);
  const log = createLog(config.logLevel);
  const tracing = await startTracing(process.env, log);
  const app = await createApp({
    config,
    log,
    queue,
    tracing,
    dashboard: await buildDashboard(),
  });
  log.info(
    {
      url: app.url,
      graphql: `${app.url}/graphql`,
      database: describeDatabase(config.database),
    },
    "ready",
  );
  // Node itself would keep what it has compiled at the end of the process, which one that is killed does not see.
  flushCompileCache();

  const giveUp = (): void => {
    log.error({ unansweredEvents: app.waitingEvents }, "the database did not let the server end in time");
    // To exit would wait for the threads of SQLite, and for the disk that one of them waits for.
    if (config.database.kind === "sqlite") process.kill(process.pid, "SIGKILL");
    process.exit(1);
  };
  // Further signals change nothing: the launcher and npm pass on what the terminal has sent to all of them, and it is over
  // soon anyway.
  let isDraining = false;
  const drain = (reason: string, exitCode: number): void => {
    if (isDraining) return;
    isDraining = true;
    log.info({ reason }, "draining");
    process.exitCode = exitCode;
    setTimeout(giveUp, DRAIN_LIMIT_MS).unref();
    app
      .close()
      .finally(tracing.close)
      .then(
        () => log.info("closed"),
        (error: unknown) => {
          log.fatal({ err: error }, "could not close");
          process.exitCode = exitCode || 1;
        },
      );
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => drain(signal, 0));
  app.mustEnd.then(() => drain("the disk fails", DISK_FAILED));
};
