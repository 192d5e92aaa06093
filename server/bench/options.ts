// The command line of the benchmark.
import { parseArgs } from "node:util";

export interface Options {
  /** The tables to make, in order. */
  readonly names: readonly string[];
  /** How many events the tables with large databases go up to; null: as many as each has by itself. */
  readonly events: number | null;
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Where the databases are made; null: the system's folder for temporary files. */
  readonly dir: string | null;
  /** The JSON file; null: data/bench, named by the time. */
  readonly out: string | null;
  /** Another checkout of the project whose server is measured; null: this one. */
  readonly server: string | null;
  /** The checkout that `builds` compares it with; null: this one. */
  readonly against: string | null;
}

/** What is wrong with the command line: one line for the user. */
export class OptionError extends Error {}

export interface Tables {
  /** What each table measures, by its name. */
  readonly titles: Readonly<Record<string, string>>;
  /** Those that run when none is named. */
  readonly defaults: readonly string[];
}

export const helpText = ({
  titles,
  defaults,
}: Tables): string => `Measures a server of this checkout and its peers on this machine, and checks that what was acknowledged is stored.

Usage: npm start -- bench [NAME ...] [OPTION ...]

Tables:
${Object.entries(titles)
  .map(([name, title]) => `  ${name.padEnd(16)}${title}${defaults.includes(name) ? "" : " (only when named)"}`)
  .join("\n")}

  --events N     Events that \`growth\`, \`aggregations\` and \`export\` store, 100,000 to 100,000,000. Default: 5000000,
                 1000000 and 1000000.
  --rounds N     Rounds of A B A B, 1 to 100. Default: 3.
  --seconds N    Length of one measurement, 0.2 to 60. Default: 1.5.
  --dir DIR      Where the databases are made. Default: the system's folder for temporary files.
  --out FILE     Where the JSON goes. Default: data/bench, named by the time.
  --server DIR   Measure the server of another checkout of this project.
  --against DIR  The checkout that \`builds\` compares it with. Default: this one.
  --help         This text.

Exit code: 0 where all is stored as acknowledged, 1 where something is not or a run failed, 2 where it could not begin.
`;

const text = { type: "string" } as const;
const flags = {
  ...{ events: text, rounds: text, seconds: text, dir: text, out: text, server: text, against: text },
  help: { type: "boolean", short: "h" },
} as const;

/** @throws OptionError */
export const parseOptions = (args: readonly string[], { titles, defaults }: Tables): Options | "help" => {
  const { values, positionals } = parseFlags(args);
  if (values.help) return "help";
  for (const name of positionals)
    if (titles[name] === undefined)
      throw new OptionError(`There is no table ${JSON.stringify(name)}. There are: ${Object.keys(titles).join(", ")}.`);
  return {
    names: positionals.length === 0 ? defaults : positionals,
    events:
      values.events === undefined ? null : parseNumber("events", values.events, { min: 100_000, max: 100_000_000 }),
    rounds: parseNumber("rounds", values.rounds ?? "3", { min: 1, max: 100 }),
    seconds: parseNumber("seconds", values.seconds ?? "1.5", { min: 0.2, max: 60, fraction: true }),
    ...{ dir: values.dir ?? null, out: values.out ?? null, server: values.server ?? null },
    against: values.against ?? null,
  };
};

const parseFlags = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/, 1);
    throw new OptionError(`${reason}. Use --help to see the options.`, { cause: error });
  }
};

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly fraction?: boolean;
}

const parseNumber = (name: string, given: string, { min, max, fraction = false }: Bounds): number => {
  const value = (fraction ? /^\d+(\.\d+)?$/ : /^\d{1,12}$/).test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new OptionError(
    `--${name} must be a ${fraction ? "" : "whole "}number from ${min} to ${max}, not ${JSON.stringify(given)}.`,
  );
};
