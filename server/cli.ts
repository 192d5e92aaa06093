// The command line: reads what stands after `npm start --`, by the definitions of the commands.
import { type Definition, type Definitions, definitions } from "./commands/definitions.ts";

/** A command with the values of its options. */
export type Command =
  | { readonly name: "help"; readonly topic: string | null }
  | { readonly name: "version" }
  | {
      [Name in keyof Definitions]: { readonly name: Name; readonly options: OptionsOf<Definitions[Name]> };
    }[keyof Definitions];

export type CommandOptions<Name extends keyof Definitions> = OptionsOf<Definitions[Name]>;

/** What has a place has the name of an option here. */
type OptionsOf<Of extends Definition> = Of extends { readonly isProgram: true }
  ? { readonly args: readonly string[] }
  : Readonly<
      Record<KeyIn<Of, "options"> | Lowercase<KeyIn<Of, "places">>, string> &
        Partial<Record<KeyIn<Of, "optional">, string>> &
        Partial<Record<KeyIn<Of, "repeatable">, readonly string[]>> &
        Partial<Record<KeyIn<Of, "flags">, true>>
    >;

type KeyIn<Of, Part extends string> =
  Of extends Readonly<Record<Part, infer Options>> ? Extract<keyof Options, string> : never;

/** A command line that means nothing: its message is one line for the operator. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`${message} Use --help to see what there is.`);
  }
}

/** Reads a command line. @throws UsageError. */
export const parseCommand = (args: readonly string[]): Command => {
  const [first] = args;
  if (first === "help") return parseHelp(args.slice(1));
  if (first === "--version" || first === "-v") return { name: "version" };
  const { name, rest } = parseName(args);
  const definition: Definition = definitions[name];
  if (definition.isProgram) return { name, options: { args: rest } } as Command;
  if (rest.some(isHelp)) return { name: "help", topic: first?.startsWith("-") ? null : name };
  const options = parseOptions(rest, definition);
  for (const place of Object.keys(definition.places ?? {}))
    if (!options.has(place.toLowerCase())) throw new UsageError(`${name} needs ${place}.`);
  for (const [option, [value]] of Object.entries(definition.options ?? {}))
    if (!options.has(option)) throw new UsageError(`${name} needs --${option} ${value}.`);
  return { name, options: Object.fromEntries(options) } as Command;
};

const isHelp = (argument: string): boolean => argument === "--help" || argument === "-h";

/** help COMMAND, help token, help. A program tells of itself. */
const parseHelp = (words: readonly string[]): Command => {
  const topic = words.filter((word) => !isHelp(word)).join(" ");
  if (topic === "") return { name: "help", topic: null };
  if (groupOf(topic).length > 0) return { name: "help", topic };
  const { name, rest } = parseName(words);
  if (rest.length > 0) throw new UsageError(`There is no command${shown(topic)}.`);
  const { isProgram }: Definition = definitions[name];
  return isProgram ? ({ name, options: { args: ["--help"] } } as Command) : { name: "help", topic: name };
};

type Name = keyof Definitions;

/** A name is one word or two. */
const parseName = (args: readonly string[]): { readonly name: Name; readonly rest: readonly string[] } => {
  const [first, second] = args;
  if (first === "--migrate-only") return { name: "migrate", rest: args.slice(1) };
  if (first === undefined || first.startsWith("-")) return { name: "serve", rest: args };
  for (const words of [[first, second], [first]]) {
    const name = words.join(" ");
    if (Object.hasOwn(definitions, name)) return { name: name as Name, rest: args.slice(words.length) };
  }
  const longer = groupOf(first);
  if (longer.length === 0) throw new UsageError(`There is no command${shown(first)}.`);
  throw new UsageError(`${first} is ${longer.join(", ")}.`);
};

/** The commands whose first word this is, and whose second is still to be said. */
const groupOf = (word: string): readonly string[] =>
  Object.keys(definitions).filter((name) => name.startsWith(`${word} `));

/** Only what cannot hold a password is repeated in a message. */
const shown = (text = ""): string => (/^[\w -]+$/.test(text) ? ` ${JSON.stringify(text)}` : "");

type Values = Map<string, string | readonly string[] | true>;

/** Takes --name VALUE and --name=VALUE, --flag, and what has a place. */
const parseOptions = (
  args: readonly string[],
  { options = {}, optional = {}, repeatable = {}, flags = {}, places = {} }: Definition,
): Values => {
  const values: Values = new Map();
  const free = Object.keys(places);
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
    const isFlag = Object.hasOwn(flags, name) && inline === undefined;
    if (!isFlag && !isKnown(name)) throw new UsageError(`There is no option${shown(flag)} here.`);
    const isRepeatable = Object.hasOwn(repeatable, name);
    if (values.has(name) && !isRepeatable) throw new UsageError(`${flag} is given twice.`);
    const value = isFlag || (inline ?? args[++index]);
    if (value === undefined || value === "") throw new UsageError(`${flag} has no value.`);
    values.set(name, isRepeatable ? [...((values.get(name) as readonly string[]) ?? []), String(value)] : value);
  }
  return values;
};
