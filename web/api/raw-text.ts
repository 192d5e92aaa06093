// JSON in the variables of a request that is sent as it was typed. As a value it would lose what only its text has: the
// digits of a long number, 1e400, the order of its keys (urql sorts them). So it travels through urql as a string that
// is marked, and its text takes the string's place in the body.
import { newKey } from "./new-key.ts";

/** Nobody can type what nobody knows: the mark is another one on each page. */
const MARK = newKey();
const MARKED = new RegExp(`"${MARK}((?:[^"\\\\]|\\\\.)*)"`, "g");

/** A JSON text among the variables of an operation. */
export interface RawText {
  toJSON(): string;
}

/** `text` must be valid JSON. */
export const rawText = (text: string): RawText => ({ toJSON: () => `${MARK}${text}` });

/** The body of a request with each text in its place. */
export const insertRawTexts = (body: string): string =>
  body.replace(MARKED, (_marked, escaped: string) => JSON.parse(`"${escaped}"`) as string);
