// Reads a request's body as text, up to a limit that is kept while it comes in.
import type { IncomingMessage } from "node:http";
import { AppError } from "../domain/error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws AppError PAYLOAD_TOO_LARGE, or BAD_USER_INPUT where the body is not UTF-8 or was cut off. */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<string> => {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("BAD_USER_INPUT", "The request ended before its body did.", { cause: error });
  }
  try {
    return utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  } catch {
    throw new AppError("BAD_USER_INPUT", "The body is not UTF-8.");
  }
};

const tooLarge = (maxBytes: number): AppError =>
  new AppError("PAYLOAD_TOO_LARGE", `A request has at most ${maxBytes} bytes. Send the events in several.`);
