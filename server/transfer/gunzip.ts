// Unpacks gzip as it comes in. A small file that unpacks into one without end is refused: what is true of events is never
// as uniform as that.
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AppError } from "../domain/error.ts";

/** Lines that are all alike come to 250; a bomb to 1,000. */
const MAX_RATIO = 200;
/** Below this it does no harm. */
const FREE_BYTES = 64 * 1024 * 1024;

/** @throws AppError BAD_USER_INPUT where it is no gzip or ends too early, PAYLOAD_TOO_LARGE for a bomb. */
export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let packedBytes = 0;
  let bytes = 0;
  const meter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      packedBytes += chunk.length;
      done(null, chunk);
    },
  });
  const unpacking = createGunzip();
  // What it throws, reading its end throws as well.
  pipeline(packed, meter, unpacking).catch(() => undefined);
  try {
    for await (const chunk of unpacking as Readable as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > FREE_BYTES && bytes > packedBytes * MAX_RATIO) throw bomb();
      yield chunk;
    }
  } catch (error) {
    throw isOfZlib(error)
      ? new AppError("BAD_USER_INPUT", `The file is not gzip, or not whole: ${error.message}.`)
      : error;
  }
}

const bomb = (): AppError =>
  new AppError("PAYLOAD_TOO_LARGE", `The file unpacks to more than ${MAX_RATIO} times its size. Send it unpacked.`);

const isOfZlib = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && typeof error.code === "string" && /^Z_/.test(error.code);
