// The records of a CSV file (RFC 4180) that is imported. Its bytes are scanned as Latin-1, in which no byte of a UTF-8
// character is a comma, a quote or a line end, and cells become text one by one. A record that is broken, such as by a
// quote that nobody closes, is its first line alone: the next line is read anew. (A library does not do that: csv-parse
// 7.0 takes all that follows an open quote, a closed one with text behind it or a record that is too long for broken.)
import {
  BOM,
  decodeText,
  type FileLine,
  MAX_KEPT_BYTES,
  MAX_LINE_BYTES,
  type Splitter,
  TOO_LONG,
} from "./file-lines.ts";

/** What begins at a place: a whole record, something that is none, or one whose end has not come yet. */
type Scanned =
  | { readonly kind: "record"; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: "broken"; readonly reason: string }
  | { readonly kind: "unfinished" };

const BOM_AS_LATIN1 = BOM.toString("latin1");
const UNFINISHED = { kind: "unfinished" } as const;
const broken = (reason: string): Scanned => ({ kind: "broken", reason });

export const createRecordSplitter = (): Splitter => {
  let text = "";
  let at = 0;
  let line = 1;
  let isSkipping = false;
  let finders = findersIn(text);

  const pass = (end: number): string => {
    const passed = text.slice(at, end);
    for (let next = passed.indexOf("\n"); next >= 0; next = passed.indexOf("\n", next + 1)) line += 1;
    at = end;
    return passed;
  };

  /** The first line of what is no record; undefined where it does not end here. */
  const passLine = (isEnd: boolean): string | undefined => {
    const end = text.indexOf("\n", at);
    if (end >= 0) return pass(end + 1);
    return isEnd || text.length - at > MAX_LINE_BYTES ? pass(text.length) : undefined;
  };

  const takeBroken = (reason: string, isEnd: boolean): readonly FileLine[] | null => {
    const begin = line;
    const passed = passLine(isEnd);
    if (passed === undefined) return null;
    isSkipping = !passed.endsWith("\n") && !isEnd;
    return [{ line: begin, fault: reason, text: textOf(passed.slice(0, MAX_KEPT_BYTES).trimEnd()).text }];
  };

  const next = (isEnd: boolean): readonly FileLine[] | null => {
    if (isSkipping) {
      const end = text.indexOf("\n", at);
      pass(end < 0 ? text.length : end + 1);
      isSkipping = end < 0;
      return isSkipping ? null : [];
    }
    if (line === 1 && at === 0 && text.startsWith(BOM_AS_LATIN1)) at = BOM_AS_LATIN1.length;
    if (at >= text.length) return null;
    const scanned = scanRecord(text, at, { ...finders, isEnd });
    const isTooLong = scanned.kind === "record" ? scanned.end - at > MAX_LINE_BYTES : text.length - at > MAX_LINE_BYTES;
    if (scanned.kind === "broken") return takeBroken(scanned.reason, isEnd);
    if (isTooLong) return takeBroken(TOO_LONG, isEnd);
    if (scanned.kind === "unfinished") return null;
    const begin = line;
    return recordOf(begin, pass(scanned.end), scanned.cells);
  };

  const read = (isEnd: boolean): readonly FileLine[] => {
    const lines: FileLine[] = [];
    for (let found = next(isEnd); found !== null; found = next(isEnd)) lines.push(...found);
    [text, at] = [text.slice(at), 0];
    finders = findersIn(text);
    return lines;
  };

  return {
    push: (chunk) => {
      text += chunk.toString("latin1");
      finders = findersIn(text);
      return read(false);
    },
    end: () => read(true),
  };
};

const recordOf = (line: number, passed: string, cells: readonly string[]): readonly FileLine[] => {
  if (cells.length === 1 && cells[0] === "" && !passed.startsWith('"')) return [];
  const whole = textOf(passed.replace(/\r?\n$/, ""));
  const decoded = cells.map(textOf);
  return [{ line, ...whole, cells: decoded.map((cell) => cell.text) }];
};

const beyondAscii = /[\x80-\xff]/;

const textOf = (latin1: string): Pick<FileLine, "text" | "fault"> =>
  beyondAscii.test(latin1) ? decodeText(Buffer.from(latin1, "latin1")) : { text: latin1, fault: null };

/** Where the next line ends, and the next comma is. */
const findersIn = (text: string) => ({ lineEnd: createFinder(text, "\n"), comma: createFinder(text, ",") });

/** Reads the record that begins there. */
const scanRecord = (text: string, from: number, ends: Ends): Scanned => {
  const cells: string[] = [];
  for (let at = from; ; ) {
    const cell = text[at] === '"' ? scanQuoted(text, at, ends.isEnd) : scanPlain(text, at, ends);
    if ("kind" in cell) return cell;
    cells.push(cell.value);
    if (text[cell.end] === ",") at = cell.end + 1;
    else return { kind: "record", cells, end: Math.min(text.length, cell.end + (text[cell.end] === "\r" ? 2 : 1)) };
  }
};

/** A cell ends before a comma, before the end of the line, or at the end of the text. */
interface Cell {
  readonly value: string;
  readonly end: number;
}

interface Ends {
  readonly lineEnd: (from: number) => number;
  readonly comma: (from: number) => number;
  /** Nothing follows the text. */
  readonly isEnd: boolean;
}

const scanPlain = (text: string, at: number, { lineEnd, comma, isEnd }: Ends): Cell | Scanned => {
  const [lineEndAt, commaAt] = [lineEnd(at), comma(at)];
  if (commaAt < lineEndAt) return { value: text.slice(at, commaAt), end: commaAt };
  if (lineEndAt === text.length && !isEnd) return UNFINISHED;
  const end = lineEndAt > at && text[lineEndAt - 1] === "\r" ? lineEndAt - 1 : lineEndAt;
  return { value: text.slice(at, end), end };
};

const scanQuoted = (text: string, at: number, isEnd: boolean): Cell | Scanned => {
  let quote = text.indexOf('"', at + 1);
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  if (quote < 0) return isEnd ? broken("a quote is not closed") : UNFINISHED;
  const end = quote + 1;
  const isOver = end === text.length;
  // What follows may be another quote, or the second half of a line end.
  if (!isEnd && (isOver || (text[end] === "\r" && end + 1 === text.length))) return UNFINISHED;
  const isClosed = isOver || text[end] === "," || text[end] === "\n" || text.startsWith("\r\n", end);
  const isLast = isEnd && text[end] === "\r" && end + 1 === text.length;
  if (!isClosed && !isLast) return broken("something follows a closed quote");
  return { value: text.slice(at + 1, quote).replaceAll('""', '"'), end };
};

/** The next place of a character, or the end of the text; looked for anew only when the last one found is passed. */
const createFinder = (text: string, character: string): ((from: number) => number) => {
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    const place = text.indexOf(character, from);
    found = place < 0 ? text.length : place;
    return found;
  };
};
