// The program: does what its command line says. To serve is to read the settings, build what must be built, serve until
// a signal comes, then drain.
import { buildDashboard } from "../web/build.ts";
import { createApp } from "./app.ts";
import { type Command, helpText, parseCommand, UsageError } from "./cli.ts";
import { ConfigError, describeDatabase, readConfig } from "./config.ts";
import { AddressError } from "./intake/address.ts";
import { findQueue } from "./intake/source.ts";
import { createLog } from "./log.ts";

const DRAIN_LIMIT_MS = 4_500;

/** Serves until a signal comes, and takes events from the queue meanwhile where one is named. */
const serve = async (queueUrl?: string): Promise<void> => {
  const config = readConfig(process.env);
  const queue = queueUrl === undefined ? undefined : await findQueue(queueUrl);
  const log = createLog(config.logLevel);
  const app = await createApp({
    config,
    log,
    queue,
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

  const drain = (signal: string): void => {
    log.info({ signal }, "draining");
    setTimeout(() => {
      log.error("not drained in time");
      // To exit would wait for the database's threads, and for the disk that one of them waits for.
      process.kill(process.pid, "SIGKILL");
    }, DRAIN_LIMIT_MS).unref();
    app.close().then(
      () => log.info("closed"),
      (error: unknown) => {
        log.fatal({ err: error }, "could not close");
        process.exitCode = 1;
      },
    );
  };
  let isDraining = false;
  for (const signal of ["SIGINT", "SIGTERM"])
    process.on(signal, () => {
      if (!isDraining) drain(signal);
      isDraining = true;
    });
};

const run = (command: Command): Promise<void> | void => {
  switch (command.name) {
    case "help":
      return console.log(helpText());
    case "serve":
      return serve();
    case "consume":
      return serve(command.options.from);
    default:
      command satisfies never;
  }
};

/** What the operator can put right before anything else has happened. */
const isMisuse = (error: unknown): boolean =>
  error instanceof UsageError || error instanceof ConfigError || error instanceof AddressError;

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return isMisuse(error) ? error.message : `Surecount cannot start: ${error.message}`;
};

await Promise.try(() => run(parseCommand(process.argv.slice(2)))).catch((error: unknown) => {
  console.error(describe(error));
  process.exit(isMisuse(error) ? 2 : 1);
});
