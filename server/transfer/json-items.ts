// The items of a JSON array that is imported, found by their brackets alone, so that none but the one in hand is held. An
// item that is no JSON harms no other, unless its brackets do not match.
import { AppError } from "../domain/error.ts";
import { BOM, createHeld, cutText, decodeText, type FileLine, type Splitter, TOO_LONG } from "./file-lines.ts";

const [QUOTE, BACKSLASH, COMMA, LINE_END] = [0x22, 0x5c, 0x2c, 0x0a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

const isBlank = (byte: number): boolean => byte === 0x20 || byte === LINE_END || byte === 0x0d || byte === 0x09;

/** before -> within the array -> after it. A file that is one object is that one item. */
type Place = "before" | "within" | "single" | "after";

export const createItemSplitter = (): Splitter => {
  const held = createHeld();
  let place: Place = "before";
  let depth = 0;
  let isInText = false;
  let isEscaped = false;
  let line = 1;
  let beganAt = 1;
  let isFirst = true;

  const finish = (): FileLine[] => {
    const { bytes, isTooLong } = held.take();
    if (isTooLong) return [{ line: beganAt, text: cutText(bytes), fault: TOO_LONG }];
    const decoded = decodeText(bytes);
    return decoded.text.trim() === "" ? [] : [{ line: beganAt, ...decoded }];
  };

  /** Outside of every item. Gives whether the byte belongs to one. */
  const open = (byte: number): boolean => {
    if (isBlank(byte)) return false;
    if (place === "after") throw new AppError("BAD_USER_INPUT", "Something follows the end of the JSON array.");
    if (place === "before" && byte === OPEN_ARRAY) {
      place = "within";
      return false;
    }
    if (place === "before" && byte !== OPEN_OBJECT)
      throw new AppError(
        "BAD_USER_INPUT",
        "The file is no JSON array of events. For a line each send application/x-ndjson.",
      );
    if (place === "before") place = "single";
    beganAt = line;
    return true;
  };

  /** Whether the item ends with this byte (`last`), before it (`none`) or goes on. */
  const advance = (byte: number): "goes on" | "last" | "none" => {
    if (isInText) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isInText = false;
      return "goes on";
    }
    if (byte === QUOTE) isInText = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (depth === 0 && place === "within" && (byte === COMMA || byte === CLOSE_ARRAY)) {
      if (byte === CLOSE_ARRAY) place = "after";
      return "none";
    } else if (depth > 0 && (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT)) {
      depth -= 1;
      if (depth > 0 || place !== "single") return "goes on";
      place = "after";
      return "last";
    }
    return "goes on";
  };

  const push = (chunk: Buffer): readonly FileLine[] => {
    const found: FileLine[] = [];
    let start = held.isEmpty ? -1 : 0;
    let from = 0;
    if (isFirst && chunk.subarray(0, 3).equals(BOM)) from = 3;
    if (chunk.length > 0) isFirst = false;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === LINE_END) line += 1;
      if (start < 0) {
        if (!open(byte)) continue;
        start = at;
      }
      const end = advance(byte);
      if (end === "goes on") continue;
      held.add(chunk.subarray(start, end === "last" ? at + 1 : at));
      found.push(...finish());
      start = -1;
    }
    if (start >= 0) held.add(chunk.subarray(start));
    return found;
  };

  const end = (): readonly FileLine[] => {
    if (place === "within")
      throw new AppError("BAD_USER_INPUT", "The file ends within its JSON array: it is not whole.");
    return held.isEmpty ? [] : finish();
  };

  return { push, end };
};
