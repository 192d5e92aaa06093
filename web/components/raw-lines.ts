// A JSON text laid out in lines, each with the path it stands at, so that a problem can be shown at its place. The
// tokens stay as they were sent (1.0, 1e3, twenty digits, a key that comes twice): they are never parsed into numbers.

export interface RawLine {
  readonly depth: number;
  /** With its quotes; null for items of arrays and for the whole. */
  readonly key: string | null;
  /** The value, or the bracket that opens or closes one, with its comma. */
  readonly text: string;
  /** Where this line's value is, as the API writes it; null for closing brackets. */
  readonly path: string | null;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

interface Open {
  readonly path: string;
  /** Of an array. */
  index: number | null;
  key: string | null;
}

/** The lines of a JSON text. Not recursive: a text may be nested without end. */
export const rawLines = (json: string): readonly RawLine[] => {
  const tokens = json.match(TOKEN) ?? [];
  const lines: RawLine[] = [];
  const open: Open[] = [];
  for (let position = 0; position < tokens.length; position++) {
    const token = tokens[position] as string;
    const inner = open.at(-1);
    if (token === "," || token === ":") continue;
    if (token === "}" || token === "]") {
      open.pop();
      addLine(lines, { depth: open.length, key: null, path: null }, token + commaAfter(tokens, position));
      continue;
    }
    if (inner && inner.index === null && tokens[position + 1] === ":") {
      inner.key = token;
      continue;
    }
    const place = { depth: open.length, key: inner?.key ?? null, path: pathOf(inner) };
    if (inner?.index !== null && inner) inner.index += 1;
    if (inner) inner.key = null;
    const closing = token === "{" ? "}" : token === "[" ? "]" : null;
    if (closing === null) addLine(lines, place, token + commaAfter(tokens, position));
    else if (tokens[position + 1] === closing) {
      position += 1;
      addLine(lines, place, token + closing + commaAfter(tokens, position));
    } else {
      addLine(lines, place, token);
      open.push({ path: place.path ?? "", index: token === "[" ? 0 : null, key: null });
    }
  }
  return lines;
};

const addLine = (lines: RawLine[], place: Omit<RawLine, "text">, text: string): void => {
  lines.push({ ...place, text });
};

const commaAfter = (tokens: readonly string[], position: number): string => (tokens[position + 1] === "," ? "," : "");

const ordinaryKey = /^[^.[\]"\p{Cc}]{1,128}$/u;

/** As the API writes paths: `data.total`, `items[0]`, `["odd.key"]`. */
const pathOf = (open: Open | undefined): string => {
  if (open === undefined) return "";
  if (open.index !== null) return `${open.path}[${open.index}]`;
  const key = nameOf(open.key ?? '""');
  if (!ordinaryKey.test(key)) return `${open.path}[${JSON.stringify(key)}]`;
  return open.path === "" ? key : `${open.path}.${key}`;
};

const nameOf = (quoted: string): string => {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
};

/** The remarks that stand below each line, and those that belong to no line and so stand above all. */
export const placeRemarks = <R extends { readonly path: string | null }>(
  lines: readonly RawLine[],
  remarks: readonly R[],
): { readonly above: readonly R[]; readonly below: ReadonlyMap<number, readonly R[]> } => {
  // Of a key that comes twice the last one counts.
  const lineOf = new Map(lines.flatMap(({ path }, index) => (path ? [[path, index] as const] : [])));
  const below = new Map<number, R[]>();
  const above: R[] = [];
  for (const remark of remarks) {
    const line = remark.path === null ? undefined : lineOf.get(remark.path);
    if (line === undefined) above.push(remark);
    else below.set(line, [...(below.get(line) ?? []), remark]);
  }
  return { above, below };
};
