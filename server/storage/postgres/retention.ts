// Removes what was sent and keeps what it meant: the partitions of raw_events that are older than asked, one in a step.
import type { Removal, Storage } from "../storage.ts";

/** @throws Error always: no partition is removed yet. */
export const removeRawEvents = async (_options: Parameters<Storage["removeRawEvents"]>[0]): Promise<Removal> => {
  throw new Error("Raw events cannot be removed from PostgreSQL yet.");
};
