// The command line of the drill.
import { parseArgs } from "node:util";
import type { BackendKind } from "./points.ts";

export interface Options {
  readonly cycles: number;
  /** Backups instead of crashes; null where it is crashes. */
  readonly backups: number | null;
  readonly clients: number;
  /** Null where chance decides. */
  readonly seed: number | null;
  readonly backend: BackendKind;
  readonly servers: number;
}

/** What is wrong with the command line: one line for the user. */
export class OptionError extends Error {}

export const help = `Kills servers again and again while clients send and retry, and checks after each time that nothing was lost, nothing
counted twice and nothing invented. It starts the servers, and PostgreSQL, by itself, on databases of its own.

Usage: npm start -- drill [OPTION ...]

  --cycles N        Crashes, each with its checks, 1 to 100,000. Default: 25.
  --backups N       Instead of crashes, backups under load, 1 to 10,000: each is restored, verified and served, and must
                    know all that was acknowledged before it was begun.
  --clients N       Clients that send at the same time, 1 to 32. Default: 12.
  --seed N          The same seed gives the same events and the same accidents. Default: a new one each time.
  --backend NAME    sqlite or postgres. Default: sqlite.
  --servers N       Servers on one database, 1 to 5, each of which may be killed; more than one with postgres only.
                    Default: 1.
  --help            This text.

Exit code: 0 where all holds, 1 where something does not, 2 where it could not begin.
`;

const text = { type: "string" } as const;
const flags = {
  ...{ cycles: text, backups: text, clients: text, seed: text, backend: text, servers: text },
  help: { type: "boolean", short: "h" },
} as const;

/** @throws OptionError */
export const parseOptions = (args: readonly string[]): Options | "help" => {
  const values = parseValues(args);
  if (values.help) return "help";
  if (values.cycles !== undefined && values.backups !== undefined)
    throw new OptionError("--backups makes backups instead of --cycles.");
  const options = {
    cycles: parseNumber("cycles", values.cycles ?? "25", { min: 1, max: 100_000 }),
    backups: values.backups === undefined ? null : parseNumber("backups", values.backups, { min: 1, max: 10_000 }),
    clients: parseNumber("clients", values.clients ?? "12", { min: 1, max: 32 }),
    seed: values.seed === undefined ? null : parseNumber("seed", values.seed, { min: 0, max: 2 ** 32 - 1 }),
    backend: parseBackend(values.backend ?? "sqlite"),
    servers: parseNumber("servers", values.servers ?? "1", { min: 1, max: 5 }),
  };
  if (options.servers > 1 && options.backend === "sqlite")
    throw new OptionError("Several servers need --backend postgres: one server owns a SQLite file.");
  return options;
};

/** The options that repeat a drill. */
export const commandOf = ({ cycles, backups, clients, seed, backend, servers }: Options): string =>
  `npm run drill -- --seed ${seed} ${backups === null ? `--cycles ${cycles}` : `--backups ${backups}`} --clients ${clients} --backend ${backend} --servers ${servers}`;

const parseValues = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true }).values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/, 1);
    throw new OptionError(`${reason}. Use --help to see the options.`, { cause: error });
  }
};

const parseBackend = (name: string): BackendKind => {
  if (name === "sqlite" || name === "postgres") return name;
  throw new OptionError(`--backend must be sqlite or postgres, not ${JSON.stringify(name)}.`);
};

const parseNumber = (name: string, given: string, { min, max }: { min: number; max: number }): number => {
  const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new OptionError(`--${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(given)}.`);
};
