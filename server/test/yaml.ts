// Reads the little of YAML that compose files here are written in, and refuses the rest: maps and lists by indentation of
// two spaces, and scalars, which all are text but true and false.

type Yaml = string | boolean | null | readonly Yaml[] | { readonly [name: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** @throws Error with the line that it cannot read. */
export const parseYaml = (text: string): Yaml => {
  const lines = text.split("\n").flatMap((line): readonly Line[] => {
    const [, spaces = "", rest = ""] = /^( *)(.*)$/.exec(line) ?? [];
    if (rest === "" || rest.startsWith("#")) return [];
    if (spaces.length % 2 === 1 || /[\t&*|>]|: #/.test(rest)) throw new Error(`This is not understood: ${line}`);
    return [{ indent: spaces.length, text: rest }];
  });
  return blockOf(lines, 0);
};

/** What stands at this indentation, with all that is deeper below it. */
const blockOf = (lines: readonly Line[], indent: number): Yaml => {
  if (lines.length === 0) return null;
  if (lines.every((line) => line.indent === indent && line.text.startsWith("- ")))
    return lines.map(({ text }) => scalarOf(text.slice(2)));
  const entries: [string, Yaml][] = [];
  for (let at = 0; at < lines.length; ) {
    const { indent: here, text } = lines[at] as Line;
    const [, name, value] = /^([\w.-]+):(?: (.+))?$/.exec(text) ?? [];
    if (here !== indent || name === undefined) throw new Error(`This is not understood: ${text}`);
    const rest = lines.slice(at + 1);
    const next = rest.findIndex((line) => line.indent <= indent);
    const below = next === -1 ? rest : rest.slice(0, next);
    if (value !== undefined && below.length > 0) throw new Error(`This has a value and more below it: ${text}`);
    if (entries.some(([known]) => known === name)) throw new Error(`This is there twice: ${text}`);
    entries.push([name, value === undefined ? blockOf(below, indent + 2) : scalarOf(value)]);
    at += 1 + below.length;
  }
  return Object.fromEntries(entries);
};

const scalarOf = (text: string): Yaml => {
  if (/^\[.*\]$|^".*"$/.test(text)) return JSON.parse(text) as Yaml;
  return text === "true" || text === "false" ? text === "true" : text;
};
