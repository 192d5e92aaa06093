// A message of a queue as an event. Nobody waits for an answer there, so what cannot be read is no refusal: it becomes an
// event that will be REJECTED, and is kept for a person to look at.
import type { Submitted } from "../domain/event.ts";
import type { Flaws } from "../domain/failure.ts";
import { isIdempotencyKey } from "../domain/fingerprint.ts";
import type { Json } from "../domain/json.ts";
import type { Message } from "./source.ts";

type Envelope = Pick<Message, "body" | "idempotencyKeys">;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a message as the body of a request is read. A body of more than `maxBodyBytes` is kept as text, unread. */
export const readMessage = ({ body, idempotencyKeys }: Envelope, maxBodyBytes: number): Submitted => {
  const { raw, unread } = readBody(body, maxBodyBytes);
  const keys = [...new Set(idempotencyKeys)];
  const [key = null] = keys;
  const isUsable = key === null || (keys.length === 1 && isUsableKey(key));
  if (unread === undefined && isUsable) return { raw, idempotencyKey: key };
  const flaws: Flaws = { ...(unread === undefined ? {} : { unread }), ...(isUsable ? {} : { unusableKeys: keys }) };
  return { raw, idempotencyKey: isUsable ? key : null, flaws };
};

/** The client of a queue may put U+FFFD for bytes that are not UTF-8, and so make one key of several. */
const isUsableKey = (key: string): boolean => isIdempotencyKey(key) && !key.includes("\ufffd");

interface Reading {
  readonly raw: Json;
  readonly unread?: string;
}

const readBody = (body: Uint8Array, maxBytes: number): Reading => {
  const text = decode(body);
  if (text === null) return { raw: Buffer.from(body).toString("latin1"), unread: "the message is not UTF-8" };
  if (body.length > maxBytes)
    return { raw: text, unread: `a message of more than ${maxBytes} bytes is not read, but kept as text` };
  try {
    const raw: Json = JSON.parse(text);
    // No answer can show a null as the event that it was.
    return raw === null ? { raw: text, unread: "the message is null" } : { raw };
  } catch {
    return { raw: text, unread: "the message is not JSON" };
  }
};

/** Null where the bytes are not UTF-8. Then they are kept as Latin-1, in which every byte is a character. */
const decode = (body: Uint8Array): string | null => {
  try {
    return utf8.decode(body);
  } catch {
    return null;
  }
};

interface GroupLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** Cuts messages into groups within the limits, in their order. One that is over the limit by itself comes alone. */
export const inGroups = <T extends Pick<Message, "body">>(
  messages: readonly T[],
  { maxMessages, maxBytes }: GroupLimits,
): readonly (readonly T[])[] => {
  const groups: T[][] = [];
  let group: T[] = [];
  let sizeBytes = 0;
  for (const message of messages) {
    sizeBytes += message.body.length;
    if (group.length === 0 || group.length === maxMessages || sizeBytes > maxBytes) {
      group = [];
      groups.push(group);
      sizeBytes = message.body.length;
    }
    group.push(message);
  }
  return groups;
};
