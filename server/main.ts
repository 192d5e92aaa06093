// Reads the settings, builds what must be built, serves until a signal comes, then drains.
import { buildDashboard } from "../web/build.ts";
import { createApp } from "./app.ts";
import { ConfigError, describeDatabase, readConfig, settingsHelp } from "./config.ts";
import { createLog } from "./log.ts";

const DRAIN_LIMIT_MS = 4_500;

const help = `Surecount takes events from many unreliable clients and counts each one exactly once.

Usage: npm start [-- --help]

Settings are environment variables:
  ${"name".padEnd(22)}${"default".padEnd(20)}meaning
${settingsHelp()}
`;

const serve = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const app = await createApp({
    config,
    log,
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

const [argument] = process.argv.slice(2);
if (argument === "--help" || argument === "-h") console.log(help);
else if (argument !== undefined)
  fail(`There is no argument ${JSON.stringify(argument)}. Use --help to see the settings.`, 2);
else await serve().catch((error: unknown) => fail(describe(error), error instanceof ConfigError ? 2 : 1));

function fail(message: string, exitCode: number): void {
  console.error(message);
  process.exit(exitCode);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  return `Surecount cannot start: ${error.message}`;
}
