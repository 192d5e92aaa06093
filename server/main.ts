// The program: does what its command line says. To serve is to read the settings, build what must be built, serve until
// a signal comes, then drain.
import { readFileSync, writeFileSync } from "node:fs";
import { buildDashboard } from "../web/build.ts";
import { copyToPostgres, createApp, openTokenStore, openVerifySource, rebuildRollups } from "./app.ts";
import { runTokenCommand, type TokenRequest } from "./auth/command.ts";
import { type Command, helpText, parseCommand, UsageError } from "./cli.ts";
import { ConfigError, describeDatabase, readConfig, readPostgresUrl } from "./config.ts";
import { AppError } from "./domain/error.ts";
import { AddressError } from "./intake/address.ts";
import { findQueue } from "./intake/queues.ts";
import { createLog } from "./log.ts";
import { CopyRefused } from "./storage/copy.ts";
import { Unreadable, VerifyRefused } from "./storage/verification.ts";
import { startTracing } from "./trace/tracing.ts";
import { isEqual } from "./transfer/copy.ts";
import { exportThrough, importThrough, TransferRefused } from "./transfer/remote.ts";
import { reportLines } from "./transfer/report.ts";
import { checkpointOf, checkpointText, parseCheckpoint } from "./verify/checkpoint.ts";
import { rebuildLines } from "./verify/rebuild.ts";
import { verifyLines } from "./verify/report.ts";
import { verifyDatabase } from "./verify/verify.ts";

const DRAIN_LIMIT_MS = 4_500;
/** Of a server that ended itself, because its disk cannot be relied on. */
const DISK_FAILED = 3;

/** Serves until a signal comes, and takes events from the queue meanwhile where one is named. */
const serve = async (queueUrl?: string): Promise<void> => {
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

/** Copies the database of the settings; the exit code says whether both sides are equal. */
const copy = async (to: string): Promise<void> => {
  const { database, partitionLength } = readConfig(process.env);
  const url = readPostgresUrl("--to", to);
  if (database.kind !== "sqlite")
    throw new ConfigError("DATABASE_URL names the database to copy, and must be the path of a SQLite file.");
  const { file } = database;
  const startedAt = performance.now();
  console.error(`Copying ${file} to ${describeDatabase({ kind: "postgres", url })}`);
  try {
    const report = await copyToPostgres({ file, url, partitionLength, output: process.stderr });
    for (const line of reportLines(report, (performance.now() - startedAt) / 1000)) console.log(line);
    process.exitCode = isEqual(report) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof CopyRefused ? error.message : interrupted(error));
    process.exitCode = 1;
  }
};

const interrupted = (error: unknown): string =>
  `The copy stopped: ${error instanceof Error ? error.message : error}. Run the same command again: it goes on where it stopped.`;

/** Does something through the server that is named, else through one of its own on the database of the settings. */
const throughServer = async <T>(url: string | undefined, work: (url: string) => Promise<T>): Promise<T> => {
  if (url !== undefined) return work(readUrl(url));
  const config = { ...readConfig(process.env), port: 0, host: "127.0.0.1", logLevel: "warn" } as const;
  // Nobody looks at its dashboard, but something has to be there: its own sources are no secret.
  const app = await createApp({ config, dashboard: import.meta.dirname }).catch((error: unknown) => {
    throw new Error(`${describe(error)} Where a server is running, name it: --url http://localhost:3000.`);
  });
  return work(app.url).finally(app.close);
};

const readUrl = (url: string): string => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError("--url is the address of a server, such as http://localhost:3000.");
};

/** Imports a file; the exit code says whether every line of it is counted. */
const importFrom = async ({ file, url, type }: Options<"import">): Promise<void> => {
  const deps = { file, type, input: process.stdin, output: process.stderr };
  const { lines, isWhole } = await throughServer(url, (server) => importThrough({ ...deps, url: server }));
  for (const line of lines) console.log(line);
  process.exitCode = isWhole ? 0 : 1;
};

const exportTo = async ({ list, file, where, url }: Options<"export">): Promise<void> => {
  const deps = { list, file, where, output: process.stderr };
  console.log(await throughServer(url, (server) => exportThrough({ ...deps, url: server })));
};

type Options<Name> = Extract<Command, { readonly name: Name; readonly options: unknown }>["options"];

/** Verifies the database of the settings; the exit code says whether everything is as it should be. */
const verify = async (checkpointFile?: string): Promise<void> => {
  const { database } = readConfig(process.env);
  const checkpoint = checkpointFile === undefined ? null : parseCheckpoint(readText(checkpointFile));
  console.error(`Verifying ${describeDatabase(database)}`);
  const startedAt = performance.now();
  const source = await openVerifySource(database);
  try {
    const report = await verifyDatabase({ source, checkpoint, output: process.stderr });
    for (const line of verifyLines(report, (performance.now() - startedAt) / 1000)) console.log(line);
    process.exitCode = report.count === 0 ? 0 : 1;
  } finally {
    await source.close();
  }
};

/** Puts the rollups right; the exit code is that of success whether anything differed or not. */
const rebuild = async (): Promise<void> => {
  const { database } = readConfig(process.env);
  console.error(`Counting the rollups of ${describeDatabase(database)}`);
  const startedAt = performance.now();
  const report = await rebuildRollups(database);
  for (const line of rebuildLines(report, (performance.now() - startedAt) / 1000)) console.log(line);
};

/** Prints or writes what `verify` can be held against later. */
const checkpoint = async (out?: string): Promise<void> => {
  const source = await openVerifySource(readConfig(process.env).database);
  try {
    const text = checkpointText(await checkpointOf(source));
    if (out === undefined) process.stdout.write(text);
    else writeText(out, text);
  } finally {
    await source.close();
  }
};

/** Does something with the tokens of the database of the settings. */
const token = async (request: TokenRequest): Promise<void> => {
  const { store, close } = await openTokenStore(readConfig(process.env).database);
  try {
    const { lines, note } = await runTokenCommand({ store, now: () => Date.now() * 1000 }, request);
    if (note !== null) console.error(note);
    for (const line of lines) console.log(line);
  } catch (error) {
    if (error instanceof AppError && error.code === "BAD_USER_INPUT") throw new UsageError(error.message);
    throw error;
  } finally {
    await close();
  }
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`The file ${JSON.stringify(file)} cannot be read.`);
  }
};

const writeText = (file: string, text: string): void => {
  try {
    writeFileSync(file, text);
  } catch {
    throw new UsageError(`The file ${JSON.stringify(file)} cannot be written.`);
  }
};

const run = (command: Command): Promise<void> | void => {
  switch (command.name) {
    case "help":
      return console.log(helpText());
    case "serve":
      return serve();
    case "consume":
      return serve(command.options.from);
    case "copy":
      return copy(command.options.to);
    case "import":
      return importFrom(command.options);
    case "export":
      return exportTo(command.options);
    case "verify":
      return verify(command.options.checkpoint);
    case "rebuild-rollups":
      return rebuild();
    case "checkpoint":
      return checkpoint(command.options.out);
    case "token create": {
      const { client: clients, scopes, name, expires } = command.options;
      return token({ kind: "create", scopes, clients, name, expires });
    }
    case "token list":
      return token({ kind: "list" });
    case "token rotate":
      return token({ kind: "rotate", id: command.options.id, grace: command.options.grace });
    case "token revoke":
      return token({ kind: "revoke", id: command.options.id });
    default:
      command satisfies never;
  }
};

/** What the operator can put right before anything else has happened. */
const isMisuse = (error: unknown): boolean =>
  error instanceof UsageError ||
  error instanceof ConfigError ||
  error instanceof AddressError ||
  error instanceof VerifyRefused;

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (isMisuse(error)) return error.message;
  if (error instanceof TransferRefused) return error.message;
  if (error instanceof Unreadable) return `The database is damaged: ${error.message}. Restore a backup from before.`;
  return `Surecount cannot start: ${error.message}`;
};

await Promise.try(() => run(parseCommand(process.argv.slice(2)))).catch((error: unknown) => {
  console.error(describe(error));
  process.exit(isMisuse(error) ? 2 : 1);
});
