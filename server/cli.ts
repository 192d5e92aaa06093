// The command line: which commands there are, with what options, and what --help prints.
import { settingsHelp } from "./config.ts";

interface Definition {
  readonly meaning: string;
  /** What stands without a name, in this order, as the help shows it. All of it is needed. */
  readonly places?: readonly string[];
  /** Each option's value, as the help shows it. All of them are needed. */
  readonly options: Readonly<Record<string, string>>;
  /** Those that may be left out. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Those that may be given any number of times, or not at all. */
  readonly repeatable?: Readonly<Record<string, string>>;
  /** Those that have no value. */
  readonly flags?: readonly string[];
}

const definitions = {
  serve: {
    meaning: "Serves the API and the dashboard. Done where no command is given.",
    options: {},
  },
  consume: {
    meaning: "Serves, and takes events from the queue.",
    options: { from: "nats://HOST:4222" },
  },
  copy: {
    meaning: "Copies the SQLite database of DATABASE_URL, compares both, and goes on where it stopped.",
    options: { to: "postgres://USER@HOST/NAME" },
  },
  import: {
    meaning: "Counts the lines of a file (CSV, NDJSON, JSON; .gz; - for what is piped in), each once; safe to repeat.",
    places: ["FILE"],
    options: {},
    optional: { url: "SERVER", type: "csv|ndjson|json" },
  },
  export: {
    meaning: "Writes events, failures or aggregations into a .csv, .ndjson or .json file (.gz), and checks it.",
    places: ["LIST", "FILE"],
    options: {},
    optional: { url: "SERVER", where: "PARAMETERS" },
  },
  verify: {
    meaning: "Computes everything in the database anew and says what is wrong; servers may go on.",
    options: {},
    optional: { checkpoint: "FILE" },
  },
  backup: {
    meaning: "Writes a verified backup beside servers that go on, at most 50 MB a second, or as many as --rate says.",
    places: ["FILE"],
    options: {},
    optional: { rate: "MB" },
  },
  restore: {
    meaning: "Verifies a backup and puts it at DATABASE_URL; what --replace replaces is kept beside it.",
    places: ["FILE"],
    options: {},
    flags: ["replace"],
  },
  migrate: {
    meaning: "Brings the tables up to date and ends. A server does the same when it starts.",
    options: {},
  },
  "rebuild-rollups": {
    meaning: "Counts the rollups anew from the events, puts right what differed and says what it was.",
    options: {},
  },
  "token create": {
    meaning: "Makes a token and prints it, this once. Scopes: ingest, read, operate, admin.",
    options: { scopes: "SCOPE,SCOPE" },
    repeatable: { client: "CLIENT" },
    optional: { name: "NAME", expires: "90d" },
  },
  "token list": {
    meaning: "Prints all tokens that were ever made, without their secrets.",
    options: {},
  },
  "token rotate": {
    meaning: "Gives a token a new secret and prints it, this once; the one before holds for a day, or as told.",
    places: ["ID"],
    options: {},
    optional: { grace: "24h" },
  },
  "token revoke": {
    meaning: "Ends a token for good, on all servers and open sockets within seconds.",
    places: ["ID"],
    options: {},
  },
  checkpoint: {
    meaning: "Prints the hash of the log's last entry, or writes it, for verify to be held against later.",
    options: {},
    optional: { out: "FILE" },
  },
} as const satisfies Readonly<Record<string, Definition>>;

type Definitions = typeof definitions;

/** A command with the values of its options. */
export type Command =
  | { readonly name: "help" }
  | {
      [Name in keyof Definitions]: { readonly name: Name; readonly options: OptionsOf<Definitions[Name]> };
    }[keyof Definitions];

/** What has a place has the name of an option here. */
type OptionsOf<Of extends Definition> = Readonly<
  Record<keyof Of["options"] | PlaceOf<Of>, string> &
    Partial<Record<KeyIn<Of, "optional">, string>> &
    Partial<Record<KeyIn<Of, "repeatable">, readonly string[]>> &
    Partial<Record<FlagOf<Of>, true>>
>;

type PlaceOf<Of> = Of extends { readonly places: readonly (infer Place extends string)[] } ? Lowercase<Place> : never;
type FlagOf<Of> = Of extends { readonly flags: readonly (infer Flag extends string)[] } ? Flag : never;
type KeyIn<Of, Part extends string> = Of extends Readonly<Record<Part, infer Options>> ? keyof Options : never;

/** A command line that means nothing: its message is one line for the operator. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`${message} Use --help to see what there is.`);
  }
}

/** Reads what stands after `npm start --`. @throws UsageError. */
export const parseCommand = (args: readonly string[]): Command => {
  if (args.includes("--help") || args.includes("-h")) return { name: "help" };
  const { name, rest } = parseName(args);
  const definition: Definition = definitions[name];
  const options = parseOptions(rest, definition);
  for (const place of definition.places ?? [])
    if (!options.has(place.toLowerCase())) throw new UsageError(`${name} needs ${place}.`);
  for (const [option, value] of Object.entries(definition.options))
    if (!options.has(option)) throw new UsageError(`${name} needs --${option} ${value}.`);
  return { name, options: Object.fromEntries(options) } as Command;
};

/** A name is one word or two. */
const parseName = (args: readonly string[]): { readonly name: keyof Definitions; readonly rest: readonly string[] } => {
  const [first, second] = args;
  if (first === "--migrate-only") return { name: "migrate", rest: args.slice(1) };
  if (first === undefined || first.startsWith("-")) return { name: "serve", rest: args };
  for (const words of [[first, second], [first]]) {
    const name = words.join(" ");
    if (Object.hasOwn(definitions, name)) return { name: name as keyof Definitions, rest: args.slice(words.length) };
  }
  const longer = Object.keys(definitions).filter((name) => name.startsWith(`${first} `));
  if (longer.length === 0) throw new UsageError(`There is no command${shown(first)}.`);
  throw new UsageError(`${first} is ${longer.join(", ")}.`);
};

/** Only what cannot hold a password is repeated in a message. */
const shown = (text = ""): string => (/^[\w-]+$/.test(text) ? ` ${JSON.stringify(text)}` : "");

type Values = Map<string, string | readonly string[] | true>;

/** Takes --name VALUE and --name=VALUE, --flag, and what has a place. */
const parseOptions = (
  args: readonly string[],
  { options, optional = {}, repeatable = {}, flags = [], places = [] }: Definition,
): Values => {
  const values: Values = new Map();
  const free = [...places];
  const isKnown = (name: string): boolean => [options, optional, repeatable].some((some) => Object.hasOwn(some, name));
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    const place = argument === "-" || !argument.startsWith("-") ? free.shift() : undefined;
    if (place !== undefined) {
      values.set(place.toLowerCase(), argument);
      continue;
    }
    const [, flag = "", name = "", inline] = /^(--([^=]*))(?:=(.*))?$/s.exec(argument) ?? [];
    if (flag === "") throw new UsageError(`There is no place for an argument${shown(argument)}.`);
    const isFlag = flags.includes(name) && inline === undefined;
    if (!isFlag && !isKnown(name)) throw new UsageError(`There is no option${shown(flag)} here.`);
    const isRepeatable = Object.hasOwn(repeatable, name);
    if (values.has(name) && !isRepeatable) throw new UsageError(`${flag} is given twice.`);
    const value = isFlag || (inline ?? args[++index]);
    if (value === undefined || value === "") throw new UsageError(`${flag} has no value.`);
    values.set(name, isRepeatable ? [...((values.get(name) as readonly string[]) ?? []), String(value)] : value);
  }
  return values;
};

const commandsHelp = (): string =>
  Object.entries<Definition>(definitions)
    .map(([name, { meaning, places = [], options, repeatable = {}, optional = {}, flags = [] }]) => {
      const several = Object.entries(repeatable).map(([option, value]) => ` [--${option} ${value}]…`);
      const needed = Object.entries(options).map(([option, value]) => ` --${option} ${value}`);
      const others = Object.entries(optional).map(([option, value]) => ` [--${option} ${value}]`);
      const flagged = flags.map((flag) => ` [--${flag}]`);
      const placed = places.map((place) => ` ${place}`);
      return `  ${[name, ...placed, ...needed, ...several, ...others, ...flagged].join("").padEnd(40)}${meaning}`;
    })
    .join("\n");

/** [exit code, what it means] */
const exitCodes = [
  ["0", "Ended in order; or all that the command is for is done and right."],
  ["1", "Could not start, or PostgreSQL did not let it end in time; or it is not done, or not all of it is right."],
  ["2", "The command line or a setting cannot be used."],
  ["3", "Ended itself, because the disk of its SQLite file fails."],
  ["137", "Ended by force: by itself where the disk of its SQLite file did not let it end in time."],
] as const;

export const exitCodesHelp = (): string =>
  exitCodes.map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`).join("\n");

/** What --help prints. */
export const helpText =
  (): string => `Surecount takes events from many unreliable clients and counts each one exactly once.

Usage: npm start [-- COMMAND [OPTIONS]]

${commandsHelp()}

Settings are environment variables:
  ${"name".padEnd(24)}${"default".padEnd(20)}meaning
${settingsHelp()}

Exit codes:
${exitCodesHelp()}
`;
