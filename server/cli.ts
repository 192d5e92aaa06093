// The command line: which commands there are, with what options, and what --help prints.
import { settingsHelp } from "./config.ts";

interface Definition {
  readonly meaning: string;
  /** Each option's value, as the help shows it. All of them are needed. */
  readonly options: Readonly<Record<string, string>>;
  /** Those that may be left out. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Those that have no value. */
  readonly flags?: readonly string[];
  /** What stands behind the command without a name, as the help shows it. It is needed. */
  readonly argument?: string;
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
  verify: {
    meaning: "Computes everything in the database anew and says what is wrong; servers may go on.",
    options: {},
    optional: { checkpoint: "FILE" },
  },
  backup: {
    meaning: "Writes a verified backup beside servers that go on, at most 50 MB a second, or as many as --rate says.",
    argument: "FILE",
    options: {},
    optional: { rate: "MB" },
  },
  restore: {
    meaning: "Verifies a backup and puts it at DATABASE_URL; what --replace replaces is kept beside it.",
    argument: "FILE",
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
      [Name in keyof Definitions]: {
        readonly name: Name;
        readonly options: Readonly<Record<keyof Definitions[Name]["options"], string>> &
          Readonly<Partial<Record<OptionalOf<Definitions[Name]>, string>>>;
      } & FlagsOf<Definitions[Name]> &
        ArgumentOf<Definitions[Name]>;
    }[keyof Definitions];

/** Those that are given. */
type FlagsOf<Of> = Of extends { readonly flags: readonly string[] } ? { readonly flags: readonly string[] } : unknown;
type ArgumentOf<Of> = Of extends { readonly argument: string } ? { readonly argument: string } : unknown;
type OptionalOf<Of> = Of extends { readonly optional: infer Optional } ? keyof Optional : never;

/** A command line that means nothing: its message is one line for the operator. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`${message} Use --help to see what there is.`);
  }
}

/** Reads what stands after `npm start --`. @throws UsageError. */
export const parseCommand = (args: readonly string[]): Command => {
  if (args.includes("--help") || args.includes("-h")) return { name: "help" };
  const [first] = args;
  if (first === "--migrate-only") return parseCommand(["migrate", ...args.slice(1)]);
  const isNamed = first !== undefined && !first.startsWith("-");
  const name = isNamed ? first : "serve";
  if (!Object.hasOwn(definitions, name)) throw new UsageError(`There is no command${shown(name)}.`);
  const definition: Definition = definitions[name as keyof Definitions];
  const { argument, options, flags } = parseOptions(isNamed ? args.slice(1) : args, definition);
  for (const [option, value] of Object.entries(definition.options))
    if (!options.has(option)) throw new UsageError(`${name} needs --${option} ${value}.`);
  if (definition.argument !== undefined && argument === undefined)
    throw new UsageError(`${name} needs a ${definition.argument}.`);
  return {
    ...{ name, options: Object.fromEntries(options) },
    ...(definition.flags === undefined ? {} : { flags: [...flags] }),
    ...(argument === undefined ? {} : { argument }),
  } as Command;
};

/** Only what cannot hold a password is repeated in a message. */
const shown = (text = ""): string => (/^[\w-]+$/.test(text) ? ` ${JSON.stringify(text)}` : "");

interface Parsed {
  readonly options: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly argument: string | undefined;
}

/** Takes --name VALUE and --name=VALUE. */
const parseOptions = (args: readonly string[], definition: Definition): Parsed => {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let argument: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const [, flag = "", name = "", inline] = /^(--([^=]*))(?:=(.*))?$/s.exec(args[index] ?? "") ?? [];
    if (flag === "") {
      if (definition.argument === undefined || argument !== undefined || args[index] === "")
        throw new UsageError(`There is no place for an argument${shown(args[index])}.`);
      argument = args[index];
      continue;
    }
    if (values.has(name) || flags.has(name)) throw new UsageError(`${flag} is given twice.`);
    if (definition.flags?.includes(name) && inline === undefined) {
      flags.add(name);
      continue;
    }
    if (!Object.hasOwn({ ...definition.options, ...definition.optional }, name))
      throw new UsageError(`There is no option${shown(flag)} here.`);
    const value = inline ?? args[++index];
    if (value === undefined || value === "") throw new UsageError(`${flag} has no value.`);
    values.set(name, value);
  }
  return { options: values, flags, argument };
};

const commandsHelp = (): string =>
  Object.entries<Definition>(definitions)
    .map(([name, { meaning, argument, options, optional = {}, flags = [] }]) => {
      const argued = argument === undefined ? [] : [` ${argument}`];
      const needed = Object.entries(options).map(([option, value]) => ` --${option} ${value}`);
      const others = Object.entries(optional).map(([option, value]) => ` [--${option} ${value}]`);
      const flagged = flags.map((flag) => ` [--${flag}]`);
      return `  ${[name, ...argued, ...needed, ...others, ...flagged].join("").padEnd(40)}${meaning}`;
    })
    .join("\n");

/** [exit code, what it means] */
const exitCodes = [
  ["0", "Ended in order; or the copy is equal."],
  [
    "1",
    "Could not start, or PostgreSQL did not let it end in time; or the copy is not equal, or the backup was not made or not restored.",
  ],
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
  ${"name".padEnd(22)}${"default".padEnd(20)}meaning
${settingsHelp()}

Exit codes:
${exitCodesHelp()}
`;
