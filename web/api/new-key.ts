// Idempotency keys of the dashboard's own.

const BYTES = 16;

/** One that nobody has used. Not `randomUUID`: browsers have that only where a page came over HTTPS or from this machine. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) => byte.toString(16).padStart(2, "0")).join("");
