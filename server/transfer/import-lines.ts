// From a line of a file to the event that is submitted for it. A line that cannot be read is submitted as well, with what
// is wrong with it: so it is REJECTED as any other event, and kept for a person to look at.
import { AppError } from "../domain/error.ts";
import type { Submitted } from "../domain/event.ts";
import { parseExactJson } from "../domain/exact-json.ts";
import type { Flaws } from "../domain/failure.ts";
import { isIdempotencyKey } from "../domain/fingerprint.ts";
import type { Json } from "../domain/json.ts";
import { unguard } from "./csv.ts";
import { isMark, MARK, marks, statedFacts } from "./exported.ts";
import type { FileLine } from "./file-lines.ts";

/** AUTO: lines of our exports and envelopes are known by their form. EVENTS: each line is a raw event, whatever it says. */
export type LineForm = "AUTO" | "EVENTS";

export interface ReadLine {
  readonly submitted: Submitted;
  /** Whether it could not even be read as a line. */
  readonly isBroken: boolean;
}

interface Reading {
  readonly form: LineForm;
  readonly nowUs: number;
}

type Fields = { readonly [key: string]: Json };

const broken = (text: string, unread: string): ReadLine => ({
  submitted: { raw: text, idempotencyKey: null, flaws: { unread } },
  isBroken: true,
});

/** `text`: that of the whole line. */
const event = (text: string, raw: Json, key: Json | undefined): ReadLine => {
  const idempotencyKey = key ?? null;
  if (idempotencyKey !== null && typeof idempotencyKey !== "string")
    return broken(text, "its idempotencyKey is no text");
  if (idempotencyKey === null || isIdempotencyKey(idempotencyKey))
    return { submitted: { raw, idempotencyKey }, isBroken: false };
  const flaws: Flaws = { unusableKeys: [idempotencyKey] };
  return { submitted: { raw, idempotencyKey: null, flaws }, isBroken: false };
};

/** Reads a line that is JSON, or should be. */
export const readJsonLine = ({ text, fault }: FileLine, { form, nowUs }: Reading): ReadLine => {
  if (fault !== null) return broken(text, fault);
  try {
    if (form === "EVENTS") return readRaw(text, parseExactJson(text));
    // Of our own lines the numbers are as they were read once; to keep more digits would make another raw event of it.
    const value = JSON.parse(text) as Json;
    if (isObject(value) && isMark(value[MARK])) return readExported(text, value, nowUs);
    return readRaw(text, parseExactJson(text), isObject(value) && isEnvelope(value));
  } catch {
    return broken(text, "the line is not JSON");
  }
};

const readRaw = (text: string, value: Json, isWrapped = false): ReadLine => {
  // No answer can show a null as the event that it was.
  if (value === null) return broken(text, "the line is null");
  const { event: inner = null, idempotencyKey } = value as Fields;
  return isWrapped ? event(text, inner, idempotencyKey) : event(text, value, null);
};

const isObject = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** As `ingestEvent` takes it, and nothing else: an event as an object, and perhaps its key. */
const isEnvelope = (value: Fields): boolean =>
  isObject(value.event) && Object.keys(value).every((name) => name === "event" || name === "idempotencyKey");

const CHANGED = "it is the line of an export, but its fingerprint is not that of what it says";

const readExported = (text: string, line: Fields, nowUs: number): ReadLine => {
  switch (line[MARK]) {
    case marks.events: {
      const counted = statedFacts(line, nowUs);
      if (counted === null) return broken(text, CHANGED);
      const read = event(text, line.raw ?? factsAsRaw(line), line.idempotencyKey);
      return { ...read, submitted: { ...read.submitted, counted } };
    }
    case marks.failures:
      return line.raw === undefined || line.raw === null
        ? broken(text, "it is the line of an export, but holds no raw event")
        : event(text, line.raw, line.idempotencyKey);
    case marks.aggregations:
      return broken(text, "it is the line of an aggregation, which holds no event");
    default:
      return broken(text, "another version of Surecount has exported it");
  }
};

const factsAsRaw = ({ client = null, metric = null, unit, amount = null, timestamp = null }: Fields): Json => ({
  ...{ client, metric, amount, timestamp },
  ...(unit === undefined || unit === null ? {} : { unit }),
});

/** Reads the records of a CSV file, of which the first is the header. */
export const createRecordReader = (header: FileLine) => {
  const columns = columnsOf(header);
  const keyColumn = columns.findIndex(isKeyColumn);
  const isMarked = columns.includes(MARK);

  /** An empty cell says nothing. */
  const fieldsOf = (cells: readonly string[], isTaken: (name: string, index: number) => boolean): Fields =>
    Object.fromEntries(
      columns.flatMap((name, index) => {
        const cell = cells[index] ?? "";
        return cell === "" || !isTaken(name, index) ? [] : [[name, cell] as const];
      }),
    );

  const readMarked = (text: string, cells: readonly string[], nowUs: number): ReadLine => {
    const fields = fieldsOf(cells.map(unguard), () => true);
    const raw = typeof fields.raw === "string" ? parseRaw(fields.raw) : undefined;
    return readExported(text, { ...fields, ...(raw === undefined ? {} : { raw }) }, nowUs);
  };

  return ({ text, fault, cells = [] }: FileLine, { form, nowUs }: Reading): ReadLine => {
    if (fault !== null) return broken(text, fault);
    if (cells.length !== columns.length)
      return broken(text, `the line has ${cells.length} cells, and the header ${columns.length}`);
    if (form === "AUTO" && isMarked && isMark(cells[columns.indexOf(MARK)])) return readMarked(text, cells, nowUs);
    const raw = fieldsOf(cells, (_name, index) => index !== keyColumn);
    return event(text, raw, cells[keyColumn] === "" ? null : cells[keyColumn]);
  };
};

/** `idempotencyKey` in any of the ways in which names are written. */
const isKeyColumn = (name: string): boolean => /^idempotency[_-]?key$/i.test(name);

const columnsOf = ({ text, fault, cells = [] }: FileLine): readonly string[] => {
  if (fault !== null) throw new AppError("BAD_USER_INPUT", `The header of the file cannot be read: ${fault}.`);
  if (cells.length === 1 && /[;\t|]/.test(text))
    throw new AppError(
      "BAD_USER_INPUT",
      "The header of the file is one column. Its columns are to be divided by commas.",
    );
  // All of the file would be the header, and nothing of it an event.
  if (cells.some((cell) => cell.includes("\r")))
    throw new AppError("BAD_USER_INPUT", "The lines of the file end with CR alone. They are to end with LF or CRLF.");
  const columns = cells.map((cell, index) => cell.trim() || `column ${index + 1}`);
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined || columns.filter(isKeyColumn).length > 1)
    throw new AppError(
      "BAD_USER_INPUT",
      `The header of the file has the column ${JSON.stringify(twice ?? "idempotencyKey")} twice.`,
    );
  return columns;
};

const parseRaw = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
