// JSON as text, token by token: what a value made of it would no longer tell. All texts given here are valid JSON.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

/** The texts of the items of an array. Not recursive: a text may be nested without end. */
export const itemTexts = (text: string): readonly string[] => {
  const items: string[] = [];
  let depth = 0;
  let start = text.indexOf("[") + 1;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (depth > 1 || (token === "," && depth !== 1) || (token !== "," && depth !== 0)) continue;
    const item = text.slice(start, index).trim();
    if (item !== "") items.push(item);
    start = index + 1;
  }
  return items;
};

export interface LostDigits {
  /** The number as it is written. */
  readonly written: string;
  /** What every reader of JSON that keeps numbers as doubles makes of it. */
  readonly read: string;
}

/** The numbers that do not survive being read: each once. */
export const lostDigits = (text: string): readonly LostDigits[] => {
  const tokens = new Set(text.match(TOKEN)?.filter((token) => /^-?\d/.test(token)));
  return [...tokens]
    .map((written) => ({ written, read: String(Number(written)) }))
    .filter(({ written, read }) => canonical(written) !== canonical(read));
};

/** Equal for equal decimals: the digits without needless zeros, and how far the point is moved. */
const canonical = (number: string): string => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  if (whole === "") return number;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  return `${sign}${kept}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - kept.length)}`;
};

/** The same value as a literal of GraphQL; null where a key is no name there. Keeps every digit. */
export const graphqlLiteral = (text: string): string | null => {
  const tokens = text.match(TOKEN) ?? [];
  const isKey = (index: number) => tokens[index + 1] === ":";
  if (tokens.some((token, index) => isKey(index) && !/^"[_A-Za-z]\w*"$/.test(token))) return null;
  return tokens
    .map((token, index) => {
      if (token === ":" || token === ",") return `${token} `;
      return isKey(index) ? token.slice(1, -1) : token;
    })
    .join("");
};
