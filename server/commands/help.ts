// What --help prints: of all commands, or of one. No line is longer than a terminal of 100 columns.
import { settingsTable } from "../config.ts";
import { type Definition, definitions } from "./definitions.ts";

const COLUMNS = 100;
const INDENT = "  ";
/** Where a row's name is longer than this, its meaning begins on the next line. */
const MAX_NAME = 32;

/** [exit code, what it means] */
export const exitCodes = [
  ["0", "Ended in order; or all that the command is for is done and right."],
  ["1", "Could not start, or PostgreSQL did not let it end in time; or it is not done, or not all of it is right."],
  ["2", "The command line or a setting cannot be used."],
  ["3", "Ended itself, because the disk of its SQLite file fails."],
  ["137", "Ended by force: by itself where the disk of its SQLite file did not let it end in time."],
] as const;

type Row = readonly [name: string, meaning: string];

/** What is printed of everything, or of the commands whose name is or begins with `topic`. */
export const helpText = (topic: string | null): string =>
  topic === null ? overview() : matching(topic).map(commandText).join("\n\n");

const all = Object.entries<Definition>(definitions);

const matching = (topic: string) => all.filter(([name]) => name === topic || name.startsWith(`${topic} `));

const overview = (): string => {
  const groups = [...new Set(all.map(([, { group }]) => group))];
  const nameWidth = widthOf(all.map(([name, { places }]) => [placed(name, places), ""]));
  const commands = groups.map((group) => {
    const rows = all
      .filter(([, definition]) => definition.group === group)
      .map(([name, { places, meaning }]): Row => [placed(name, places), meaning]);
    return `${group}\n${table(rows, nameWidth)}`;
  });
  const settings = settingsTable().map(([name, fallback, meaning]): Row => [name, `${meaning} [${fallback}]`]);
  return `Surecount takes events from many unreliable clients and counts each one exactly once.

Usage: npm start [-- COMMAND [OPTION ...]]
       npm start -- help COMMAND     what it takes, with an example
       npm start -- --version

${commands.join("\n\n")}

Settings are environment variables, for every command. [Where nothing is set.]
${table(settings)}

Where the server of --url asks for a token, import, export and demo take it from SURECOUNT_TOKEN.

Where a terminal watches, what takes long draws a bar; else it writes a line of JSON for each step
to the standard error.

Exit codes
${exitCodesText()}`;
};

const exitCodesText = (): string => table(exitCodes);

const commandText = ([name, definition]: readonly [string, Definition]): string => {
  const { places = {}, options = {}, optional = {}, repeatable = {}, flags = {}, meaning, more } = definition;
  const rows: readonly Row[] = [
    ...Object.entries(places),
    ...[options, repeatable, optional].flatMap((some) =>
      Object.entries(some).map(([option, [value, what]]): Row => [`--${option} ${value}`, what]),
    ),
    ...Object.entries(flags).map(([flag, what]): Row => [`--${flag}`, what]),
  ];
  const parts = [
    wrap(usageOf(name, definition), COLUMNS, "    ").join("\n").replaceAll(TOGETHER, " "),
    wrap(more === undefined ? meaning : `${meaning} ${more}`, COLUMNS).join("\n"),
    ...(rows.length === 0 ? [] : [table(rows)]),
    `Example: npm start -- ${definition.example}`,
  ];
  return parts.join("\n\n");
};

const placed = (name: string, places: Definition["places"] = {}): string => [name, ...Object.keys(places)].join(" ");

/** Stands for a space at which no line may end. */
const TOGETHER = "\u00A0";

const usageOf = (name: string, definition: Definition): string => {
  const { places, options = {}, optional = {}, repeatable = {}, flags = {} } = definition;
  return [
    `Usage: npm start -- ${placed(name, places)}`.replaceAll(" ", TOGETHER),
    ...Object.entries(options).map(([option, [value]]) => `--${option}${TOGETHER}${value}`),
    ...Object.entries(repeatable).map(([option, [value]]) => `[--${option}${TOGETHER}${value}]…`),
    ...Object.entries(optional).map(([option, [value]]) => `[--${option}${TOGETHER}${value}]`),
    ...Object.keys(flags).map((flag) => `[--${flag}]`),
  ].join(" ");
};

const widthOf = (rows: readonly Row[]): number =>
  Math.max(0, ...rows.map(([name]) => name.length).filter((length) => length <= MAX_NAME));

/** Names at the left, meanings beside them. */
const table = (rows: readonly Row[], nameWidth = widthOf(rows)): string =>
  rows
    .flatMap(([name, meaning]) => {
      const left = INDENT + name.padEnd(nameWidth) + INDENT;
      const lines = wrap(meaning, COLUMNS - nameWidth - 2 * INDENT.length);
      const under = lines.map((line) => " ".repeat(nameWidth + 2 * INDENT.length) + line);
      return name.length > nameWidth ? [INDENT + name, ...under] : [left + (lines[0] ?? ""), ...under.slice(1)];
    })
    .join("\n");

/** Lines of at most so many columns; all but the first begin with `under`. */
const wrap = (text: string, columns: number, under = ""): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : under + word);
  }
  return lines;
};
