// The lines of a file that is imported, as they come in. Whatever the form of the file, a line is found without holding
// more of it than a line may have, and one that is broken ends where the next begins.
import { MAX_SIZE_BYTES } from "../domain/json.ts";

/** White space and escapes make the text of an event longer than what is counted of it. */
export const MAX_LINE_BYTES = 4 * MAX_SIZE_BYTES;
/** As much is kept of a longer one: more than an event may have, so that this is seen. */
export const MAX_KEPT_BYTES = MAX_SIZE_BYTES + 4;

export interface FileLine {
  /** Its number in the file, from 1; that of the first where it has several. */
  readonly line: number;
  readonly text: string;
  /** Why it cannot be read; null where it can be. */
  readonly fault: string | null;
  /** Of a CSV file: what each column says. */
  readonly cells?: readonly string[];
}

export interface Splitter {
  /** The lines that end in this piece of the file. */
  push(chunk: Buffer): readonly FileLine[];
  /** What is left when the file has ended. */
  end(): readonly FileLine[];
}

export const TOO_LONG = `the line has more than ${MAX_LINE_BYTES} bytes`;
const NOT_UTF8 = "the line is not UTF-8";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of bytes, as Latin-1 with a fault where they are not UTF-8: there every byte is a character. */
export const decodeText = (bytes: Uint8Array): Pick<FileLine, "text" | "fault"> => {
  try {
    return { text: utf8.decode(bytes), fault: null };
  } catch {
    return { text: Buffer.from(bytes).toString("latin1"), fault: NOT_UTF8 };
  }
};

export const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The beginning of what was too long. A character that it cuts in two is left out. */
export const cutText = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, MAX_KEPT_BYTES)).replace(/\ufffd$/, "");

/** The pieces of one line, held until it ends. */
export const createHeld = () => {
  let pieces: Buffer[] = [];
  let sizeBytes = 0;
  return {
    get isEmpty() {
      return sizeBytes === 0;
    },
    add: (piece: Buffer): void => {
      // What is beyond the limit is counted, not kept.
      if (sizeBytes <= MAX_LINE_BYTES) pieces.push(piece);
      sizeBytes += piece.length;
    },
    /** Gives what is held, and holds nothing then. */
    take: (): { readonly bytes: Buffer; readonly isTooLong: boolean } => {
      const [first] = pieces;
      const bytes = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
      const isTooLong = sizeBytes > MAX_LINE_BYTES;
      [pieces, sizeBytes] = [[], 0];
      return { bytes, isTooLong };
    },
  };
};

const LINE_END = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** NDJSON: each line is one. */
export const createLineSplitter = (): Splitter => {
  const held = createHeld();
  let line = 0;

  const finish = (): FileLine[] => {
    line += 1;
    const { bytes, isTooLong } = held.take();
    if (isTooLong) return [{ line, text: cutText(bytes), fault: TOO_LONG }];
    const start = line === 1 && bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    const decoded = decodeText(bytes.subarray(start, end));
    return decoded.text.trim() === "" ? [] : [{ line, ...decoded }];
  };

  return {
    push: (chunk) => {
      const lines: FileLine[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
        held.add(chunk.subarray(start, end));
        lines.push(...finish());
        start = end + 1;
      }
      if (start < chunk.length) held.add(chunk.subarray(start));
      return lines;
    },
    end: () => (held.isEmpty ? [] : finish()),
  };
};
