// JSON as text and in figures, without recursion: a request may hold a million nested arrays, and neither measuring
// nor writing them may overflow the stack. All values come from JSON.parse, so they are trees of plain data.

/** Any JSON value, as `JSON.parse` gives it (so a number may be an infinity: `1e999` is valid JSON). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const MAX_DEPTH = 32;
export const MAX_KEYS = 1_000;
export const MAX_SIZE_BYTES = 256 * 1024;
/** Deeper than this a raw event is not kept as JSON: readers of the stored text may recurse. */
const MAX_KEPT_DEPTH = 1_000;
/** Up to this depth JSON.stringify is safe on any stack. */
const MAX_NATIVE_DEPTH = 200;

type Container = readonly Json[] | { readonly [key: string]: Json };

export interface Measure {
  /** Levels of objects and arrays, the value itself being the first. */
  readonly depth: number;
  /** Keys of all objects together. */
  readonly keys: number;
  /** True where the compact UTF-8 text is over MAX_SIZE_BYTES. */
  readonly tooLarge: boolean;
  /** False where a number is an infinity, which JSON.stringify would write as null. */
  readonly finite: boolean;
}

/** Measures a value level by level. */
export function measureJson(value: Json): Measure {
  const tally = { keys: 0, maxSizeBytes: 0, finite: true };
  let depth = 0;
  let level: Container[] = [];
  measureItem(value, level, tally);
  while (level.length > 0) {
    depth++;
    const next: Container[] = [];
    for (const container of level) measureContainer(container, next, tally);
    level = next;
  }
  // The tally is an upper bound; only what comes near the limit is written out to be measured exactly.
  const tooLarge = tally.maxSizeBytes > MAX_SIZE_BYTES && isTooLarge(value);
  return { depth, keys: tally.keys, tooLarge, finite: tally.finite };
}

interface Tally {
  keys: number;
  maxSizeBytes: number;
  finite: boolean;
}

function measureContainer(container: Container, next: Container[], tally: Tally): void {
  // Two brackets and a comma.
  tally.maxSizeBytes += 3;
  if (isArray(container)) {
    for (const item of container) measureItem(item, next, tally);
    return;
  }
  for (const key in container) {
    tally.keys++;
    tally.maxSizeBytes += 6 * key.length + 3;
    measureItem(container[key] as Json, next, tally);
  }
}

function measureItem(item: Json, next: Container[], tally: Tally): void {
  if (typeof item === "string") tally.maxSizeBytes += 6 * item.length + 3;
  else if (typeof item === "object" && item !== null) next.push(item);
  else {
    tally.maxSizeBytes += 26;
    if (item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY) tally.finite = false;
  }
}

function isTooLarge(value: Json): boolean {
  // A text is never shorter in UTF-8 than in UTF-16 units, so writing may stop just beyond the limit.
  const text = writeJson(value, { sorted: false, maxLength: MAX_SIZE_BYTES });
  return text.length > MAX_SIZE_BYTES || Buffer.byteLength(text) > MAX_SIZE_BYTES;
}

/**
 * The text under which a raw event is stored: compact, keys in the order received. It parses back to the same value
 * (an infinity is written as 1e999, a lone surrogate escaped, -0 as 0). What is over 256 KiB or nested deeper than
 * 1,000 levels cannot be kept as JSON: then the text is a JSON string with the first 256 KiB of the compact text.
 */
export function rawText(raw: Json): string {
  const { depth, tooLarge, finite } = measureJson(raw);
  if (depth <= MAX_NATIVE_DEPTH && finite && !tooLarge) return JSON.stringify(raw);
  const text = writeJson(raw, { sorted: false, maxLength: MAX_SIZE_BYTES });
  if (!tooLarge && depth <= MAX_KEPT_DEPTH) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_SIZE_BYTES));
  return JSON.stringify(text.slice(0, read));
}

/** One text for all spellings of a JSON value: compact, keys sorted by UTF-16 code units at every level. */
export const canonicalJson = (value: Json): string =>
  writeJson(value, { sorted: true, maxLength: Number.POSITIVE_INFINITY });

interface Frame {
  readonly container: Container;
  /** Null for an array. */
  readonly keys: readonly string[] | null;
  index: number;
}

interface WriteOptions {
  readonly sorted: boolean;
  /** In UTF-16 units; writing stops soon after it. */
  readonly maxLength: number;
}

function writeJson(value: Json, { sorted, maxLength }: WriteOptions): string {
  const stack: Frame[] = [];
  let out = openItem(value, stack, sorted);
  let frame = stack.at(-1);
  while (frame !== undefined && out.length <= maxLength) {
    const { container, keys, index } = frame;
    if (index === (keys ?? (container as readonly Json[])).length) {
      out += keys === null ? "]" : "}";
      stack.pop();
    } else {
      frame.index++;
      if (index > 0) out += ",";
      const key = keys === null ? index : (keys[index] as string);
      if (keys !== null) out += `${JSON.stringify(key)}:`;
      out += openItem((container as { readonly [key: string | number]: Json })[key] as Json, stack, sorted);
    }
    frame = stack.at(-1);
  }
  return out;
}

/** The text of a scalar; or the opening bracket of a container, which is put on the stack. */
function openItem(item: Json, stack: Frame[], sorted: boolean): string {
  if (typeof item === "number") return numberText(item);
  if (typeof item !== "object" || item === null) return JSON.stringify(item);
  if (isArray(item)) {
    stack.push({ container: item, keys: null, index: 0 });
    return "[";
  }
  const keys = Object.keys(item);
  stack.push({ container: item, keys: sorted ? keys.sort() : keys, index: 0 });
  return "{";
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "1e999";
  if (value === Number.NEGATIVE_INFINITY) return "-1e999";
  return String(value);
}

const MAX_SHOWN_LENGTH = 256;

/**
 * A value to show to a person, of bounded size: long text is cut, and an array or object that is large or holds an
 * infinity is given as the beginning of its text. Always writable by JSON.stringify.
 */
export function boundedJson(value: Json): Json {
  if (typeof value === "string") return cutText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  const text = writeJson(value, { sorted: false, maxLength: 4 * MAX_SHOWN_LENGTH });
  if (text.length <= 4 * MAX_SHOWN_LENGTH && measureJson(value).finite) return value;
  return cutText(text);
}

function cutText(text: string): string {
  if (text.length <= MAX_SHOWN_LENGTH) return text;
  // Half of a surrogate pair at the cut would make ill-formed text of well-formed.
  const end = (text.codePointAt(MAX_SHOWN_LENGTH - 1) ?? 0) > 0xffff ? MAX_SHOWN_LENGTH - 1 : MAX_SHOWN_LENGTH;
  return `${text.slice(0, end)}…`;
}

// Array.isArray does not narrow readonly arrays.
const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
