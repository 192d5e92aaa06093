// The archive: what was sent, in compressed files, before it is removed from the database. A file has its name only once all
// of it is on disk: written under another name, synced, renamed, and the folder synced. So whatever happens a file is
// complete or not there, and what it holds may be removed when it is there. What was archived and not yet removed when a
// server died is archived again, since a file from before is never relied on: an import knows the same event by its identity.
//
// Each line is an event as an export writes it, with the raw event as it was sent.
import { createHash, hash } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { formatMicros } from "../domain/timestamp.ts";
import type { OldEvent } from "../storage/storage.ts";

const MAX_FILE_EVENTS = 100_000;
const MAX_FILE_LENGTH = 256 * 1024 * 1024;
const UNFINISHED = ".unfinished";

interface ArchiveDeps {
  readonly folder: string;
  /** Files of several databases may lie together. */
  readonly databaseId: string;
  readonly maxFileEvents?: number;
}

interface Writing {
  /** The events that come after a seq, a portion of them. */
  readonly read: (afterSeq: number) => Promise<readonly OldEvent[]>;
  readonly afterSeq: number;
  readonly signal: AbortSignal;
}

export interface ArchivedFile {
  readonly path: string;
  readonly events: number;
  readonly lastSeq: number;
}

export interface Archive {
  /** Makes the folder, and takes away what was not finished. */
  prepare(): Promise<void>;
  /**
   * Writes the next file and resolves once it is there for good; null where there is nothing to write.
   * @throws Error where that is not possible, or the signal fires: then there is no file.
   */
  write(writing: Writing): Promise<ArchivedFile | null>;
}

export const createArchive = ({ folder, databaseId, maxFileEvents = MAX_FILE_EVENTS }: ArchiveDeps): Archive => {
  const prefix = `raw-events-${hash("sha256", databaseId).slice(0, 8)}-`;

  const prepare = async (): Promise<void> => {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(resolve(made)));
    for (const name of await readdir(folder))
      if (name.startsWith(prefix) && name.endsWith(UNFINISHED)) await rm(join(folder, name), { force: true });
  };

  const write = async ({ read, afterSeq, signal }: Writing): Promise<ArchivedFile | null> => {
    const first = await read(afterSeq);
    const [oldest] = first;
    if (oldest === undefined) return null;
    const unfinished = join(folder, `${prefix}${numbered(oldest.event.seq)}${UNFINISHED}`);
    const written = { events: 0, length: 0, lastSeq: afterSeq };
    async function* lines(): AsyncGenerator<string> {
      for (let portion = first; portion.length > 0; portion = await read(written.lastSeq))
        for (const old of portion) {
          if (written.events >= maxFileEvents || written.length >= MAX_FILE_LENGTH) return;
          const line = `${lineOf(old)}\n`;
          written.events += 1;
          written.length += line.length;
          written.lastSeq = old.event.seq;
          yield line;
        }
    }
    try {
      const sha256 = await writeCompressed(unfinished, lines, signal);
      const range = `${numbered(oldest.event.seq)}-${numbered(written.lastSeq)}`;
      const path = join(folder, `${prefix}${range}-${sha256}.ndjson.gz`);
      await rename(unfinished, path);
      await syncFolder(folder);
      return { path, events: written.events, lastSeq: written.lastSeq };
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  };

  return { prepare, write };
};

/** In the order of names as of numbers. */
const numbered = (seq: number): string => String(seq).padStart(12, "0");

/** Resolves to the SHA-256 of the file, once it is on disk. */
const writeCompressed = async (
  path: string,
  lines: () => AsyncGenerator<string>,
  signal: AbortSignal,
): Promise<string> => {
  const file = await open(path, "w", 0o600);
  try {
    const sum = createHash("sha256");
    const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of chunks) {
        sum.update(chunk);
        await file.appendFile(chunk);
      }
    };
    await pipeline(lines, createGzip(), write, { signal });
    await file.sync();
    return sum.digest("hex");
  } finally {
    await file.close();
  }
};

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
};

/** The raw event stands in it as it is, but for line ends between its parts. */
const lineOf = ({ event, raw }: OldEvent): string => {
  const { client, metric, unit, amount, timestamp, idempotencyKey, fingerprint, seq, receivedAtUs } = event;
  const facts = { surecount: "event/1", client, metric, unit, amount, timestamp, idempotencyKey, fingerprint, seq };
  const head = JSON.stringify({ ...facts, receivedAt: formatMicros(receivedAtUs) });
  return `${head.slice(0, -1)},"raw":${raw.replace(/[\r\n]/g, " ")}}`;
};
