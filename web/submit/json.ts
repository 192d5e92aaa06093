// Reads JSON typed by a person: the value, or the place and the reason where it stops being JSON. Every browser words
// and places its own error differently, or not at all; this one is the same everywhere.

export type ParsedJson =
  | { readonly kind: "valid"; readonly value: unknown }
  | ({ readonly kind: "invalid" } & JsonError);

export interface JsonError {
  readonly message: string;
  /** In UTF-16 units from the start. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** The value of a JSON text, or its first error. */
export const parseJson = (text: string): ParsedJson => {
  try {
    return { kind: "valid", value: JSON.parse(text) };
  } catch {
    const { offset, message } = firstError(text);
    const before = text.slice(0, offset).split("\n");
    return { kind: "invalid", message, offset, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
};

type Expected = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma" | "end";

interface Fault {
  readonly offset: number;
  readonly message: string;
}

interface Scan {
  readonly text: string;
  /** The objects and arrays that are open, innermost last. */
  readonly open: ("{" | "[")[];
  offset: number;
  expected: Expected;
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings, and so does this.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const WORD = /[\w$.+-]+/y;

const firstError = (text: string): Fault => {
  const scan: Scan = { text, open: [], offset: 0, expected: "value" };
  for (;;) {
    scan.offset += match(SPACE, scan).length;
    const fault = step(scan);
    if (fault) return { offset: scan.offset, ...fault };
  }
};

const match = (pattern: RegExp, scan: Scan): string => {
  pattern.lastIndex = scan.offset;
  return pattern.exec(scan.text)?.[0] ?? "";
};

/** Takes one token, or says why it cannot. */
const step = (scan: Scan): (Partial<Fault> & { message: string }) | undefined => {
  const char = scan.text[scan.offset];
  if (char === undefined) return { message: messageAtEnd(scan) };
  switch (scan.expected) {
    case "value":
    case "value or ]":
      return stepValue(scan, char);
    case "name":
    case "name or }":
      return stepName(scan, char);
    case "colon":
      if (char !== ":") return { message: "A colon belongs between the name and its value." };
      return take(scan, 1, "value");
    case "comma":
      return stepComma(scan, char);
    case "end":
      return { message: "The JSON ended before this." };
  }
};

const take = (scan: Scan, length: number, expected: Expected): undefined => {
  scan.offset += length;
  scan.expected = expected;
};

const afterValue = (scan: Scan): Expected => (scan.open.length === 0 ? "end" : "comma");

const stepValue = (scan: Scan, char: string) => {
  if (char === "{" || char === "[") {
    scan.open.push(char);
    return take(scan, 1, char === "{" ? "name or }" : "value or ]");
  }
  if (char === "]" && scan.expected === "value or ]") return close(scan);
  if (char === '"') return stepString(scan, afterValue(scan));
  const scalar = match(SCALAR, scan);
  const word = match(WORD, scan);
  if (scalar !== "" && scalar === word) return take(scan, scalar.length, afterValue(scan));
  return { message: messageForValue(char, word) };
};

const stepName = (scan: Scan, char: string) => {
  if (char === "}" && scan.expected === "name or }") return close(scan);
  if (char === '"') return stepString(scan, "colon");
  if (char === "}") return { message: "The comma before this brace is one too many." };
  return { message: 'A name in double quotes belongs here: "amount".' };
};

const stepString = (scan: Scan, next: Expected) => {
  const string = match(STRING, scan);
  if (string !== "") return take(scan, string.length, next);
  return { message: "This string does not end, or holds a bare line end, tab or backslash." };
};

const stepComma = (scan: Scan, char: string) => {
  const isObject = scan.open.at(-1) === "{";
  if (char === ",") return take(scan, 1, isObject ? "name" : "value");
  if (char === (isObject ? "}" : "]")) return close(scan);
  return { message: `A comma or the closing ${isObject ? "brace }" : "bracket ]"} belongs before this.` };
};

const close = (scan: Scan): undefined => {
  scan.open.pop();
  return take(scan, 1, afterValue(scan));
};

const messageAtEnd = ({ open, text }: Scan): string => {
  if (text.trim() === "") return "There is no JSON yet.";
  const innermost = open.at(-1);
  if (!innermost) return "The JSON is not complete.";
  return innermost === "{" ? "A closing brace } is missing." : "A closing bracket ] is missing.";
};

const messageForValue = (char: string, word: string): string => {
  if (char === "'") return "Strings take double quotes.";
  if (char === "]" || char === "}") return "A value is missing, or the comma before this is one too many.";
  if (/^[-+.]?\d/.test(word)) return `${word} is not a JSON number; put it in double quotes to send it as text.`;
  if (word !== "") return `${word} is not JSON; put text in double quotes.`;
  return "A value belongs here.";
};
