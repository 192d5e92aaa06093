// One system call for many small messages.
import type { Writable } from "node:stream";

/**
 * Holds back what is written to a socket until the end of this turn of the event loop, and writes it all at once. The
 * answers of a commit come together: with 64 mutations in flight on a socket one costs the main thread 18 µs instead
 * of 23 (without a database).
 */
export const gatherWrites = (socket: Writable): void => {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
};
