// import and export: through the server that is named, else through one of its own on the database of the settings.
import { createApp } from "../app.ts";
import { drawKey } from "../auth/key.ts";
import { type CommandOptions, UsageError } from "../cli.ts";
import { readConfig } from "../config.ts";
import { parseToken } from "../domain/token.ts";
import { exportThrough, formatOf, importThrough, type RemoteServer, TransferRefused } from "../transfer/remote.ts";
import { complaintOf, isTold, reasonOf } from "./complaint.ts";
import { checkExists } from "./existing.ts";

/** Imports a file; the exit code says whether every line of it is counted. */
export const importFrom = async ({ file, url, type }: CommandOptions<"import">): Promise<void> => {
  if (type !== undefined && formatOf(type) === undefined)
    throw new UsageError(`--type is csv, ndjson or json, and not ${JSON.stringify(type)}.`);
  const deps = { file, type, input: process.stdin, output: process.stderr };
  const { lines, isWhole } = await throughServer(url, (server) => importThrough({ ...deps, server }));
  for (const line of lines) console.log(line);
  process.exitCode = isWhole ? 0 : 1;
};

export const exportTo = async ({ list, file, where, url }: CommandOptions<"export">): Promise<void> => {
  if (!lists.includes(list)) throw new UsageError(`LIST is ${lists.join(", ")}.`);
  if (url === undefined) checkExists(readConfig(process.env).database);
  // What is half written is then removed.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
  const deps = { list, file, where, output: process.stderr };
  console.log(await throughServer(url, (server) => exportThrough({ ...deps, server })));
};

const lists = ["events", "failures", "aggregations"];

const throughServer = async <T>(url: string | undefined, work: (server: RemoteServer) => Promise<T>): Promise<T> => {
  if (url !== undefined) return work({ url: readUrl(url), token: readToken(process.env) }).catch(refusedBy(url));
  const key = drawKey();
  const own = { port: 0, host: "127.0.0.1", logLevel: "warn", tokenRateLimitPerMinute: null } as const;
  const config = { ...readConfig(process.env), ...own };
  // Nobody looks at its dashboard, but something has to be there: its own sources are no secret.
  const app = await createApp({ config, key, dashboard: import.meta.dirname }).catch((error: unknown) => {
    const complaint = complaintOf(error, "A server for it cannot start");
    throw new TransferRefused(`${complaint} Where a server is running, name it: --url http://localhost:3000.`, {
      cause: error,
    });
  });
  return work({ url: app.url, token: key.text }).catch(refusedBy(app.url)).finally(app.close);
};

/** Never an argument: those can be read by everyone on the machine. */
const readToken = ({ SURECOUNT_TOKEN: text = "" }: NodeJS.ProcessEnv): string | null => {
  if (text === "" || parseToken(text) !== null) return text || null;
  throw new UsageError("SURECOUNT_TOKEN is no token, or not all of one: it reads sc_<id>_<secret>_<checksum>.");
};

const readUrl = (url: string): string => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError("--url is the address of a server, such as http://localhost:3000.");
};

/** Says of a fault whose it is: the file's or the server's. */
const refusedBy =
  (url: string) =>
  (error: unknown): never => {
    if (isTold(error) || !(error instanceof Error)) throw error;
    const cause = { cause: error };
    if ("path" in error) throw new TransferRefused(`${error.path} cannot be used: ${reasonOf(error)}.`, cause);
    const reason = error instanceof SyntaxError ? "what answers there is no Surecount server" : reasonOf(error);
    throw new TransferRefused(`It cannot be done through ${new URL(url).host}: ${reason}.`, cause);
  };
