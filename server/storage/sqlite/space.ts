// Whether the disk has room for the database. A write that did not fit says so of the next ones too, until one as large
// has succeeded: a row alone fits into a log that is already there, and would call a full disk ready.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { constants } from "node:os";
import type { Prepared } from "../../domain/event.ts";
import { codeOf } from "./faults.ts";

const CHUNK_BYTES = 1_048_576;
/** The space of a disk and the quota of a user. By number: Node has no name for the second. */
const NO_SPACE: readonly number[] = [constants.errno.ENOSPC, constants.errno.EDQUOT];

/** Whether so many bytes can be written beside the file. The free space that a disk reports knows no quotas. */
const hasSpace = (file: string, sizeBytes: number): boolean => {
  const path = `${file}-space`;
  try {
    const descriptor = openSync(path, "w", 0o600);
    try {
      const chunk = Buffer.alloc(Math.min(sizeBytes, CHUNK_BYTES), 1);
      for (let at = 0; at < sizeBytes; ) at += writeSync(descriptor, chunk, 0, chunk.length, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch (error) {
    return !(error instanceof Error && "errno" in error && NO_SPACE.includes(-Number(error.errno)));
  } finally {
    rmSync(path, { force: true });
  }
};

export interface Space {
  /** Runs a write of about that size. */
  using<T>(sizeBytes: number, write: () => T): T;
  /** @throws an error as SQLite has it where what did not fit would not fit now. */
  expectEnough(): void;
}

export const createSpace = (file: string): Space => {
  let lackingBytes = 0;
  return {
    using: (sizeBytes, write) => {
      try {
        const result = write();
        if (sizeBytes >= lackingBytes) lackingBytes = 0;
        return result;
      } catch (error) {
        if (codeOf(error) === FULL) lackingBytes = Math.max(lackingBytes, sizeBytes);
        throw error;
      }
    },
    expectEnough: () => {
      if (lackingBytes > 0 && !hasSpace(file, lackingBytes)) throw fullDisk();
      lackingBytes = 0;
    },
  };
};

const FULL = "SQLITE_FULL";
/** Enough to tell a full disk from one that fails. */
const PROBE_BYTES = 65_536;

const fullDisk = (cause?: unknown): Error =>
  Object.assign(new Error("There is no space left on the disk.", { cause }), { code: FULL });

/** A quota that is used up, or a full disk where the memory shared beside the file has to grow, looks to SQLite as if the disk failed. */
export const tellSpace = (error: unknown, file: string): unknown =>
  /^SQLITE_IOERR_(WRITE|SHM)/.test(codeOf(error)) && !hasSpace(file, PROBE_BYTES) ? fullDisk(error) : error;

const PAGE_BYTES = 4_096;

/** What a transaction of these events may take in the log: their texts twice, and a page of an index for each. */
export const spaceFor = (events: readonly Prepared[]): number =>
  events.reduce((sum, { rawText }) => sum + PAGE_BYTES + 2 * rawText.length, 16 * PAGE_BYTES);
