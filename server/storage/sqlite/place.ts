// The place of the database: which files belong to it, whether something is missing there before it is opened, and
// whether it is still the same afterwards.
import { closeSync, existsSync, openSync, readSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DISPLACED, lossOf } from "./faults.ts";

/** The one path of the file, by whichever links it was named. Its folder must be there. */
export const placeOf = (file: string): string =>
  existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/**
 * Refuses a file that has lost what was in it: SQLite takes an empty one for an empty database, and a shorter one for
 * what it is until it meets the gap. Only before the process has opened it: to close any descriptor of it gives up all
 * locks that the process has on it.
 * @throws Error with what to do.
 */
export const refuseLoss = (file: string, { wasMade }: { readonly wasMade: boolean }): void => {
  refuseStranger(file);
  const found = statOf(file);
  const isTraced = wasMade || (statOf(`${file}-wal`)?.size ?? 0) > 0;
  if (found === undefined || found.size === 0) {
    if (isTraced) throw lossOf(file, found === undefined ? "is not there any more" : "is empty");
    return;
  }
  if (found.nlink > 1)
    throw new Error(
      `the database ${file} has another name too (a hard link), under which SQLite would keep another log. Leave it one.`,
    );
  const header = readAt(file, 0, 100);
  if (lacksPages(file, header, found.size)) throw lossOf(file, "is shorter than it was");
};

/** @throws Error where there is a file that is no database. As above, only before the process has opened it. */
export const refuseStranger = (file: string): void => {
  const found = statOf(file);
  if (found === undefined) return;
  // A device has no bytes either, and would lose the permissions that others need.
  if (found.isFile() && (found.size === 0 || readAt(file, 0, 16).toString("latin1") === "SQLite format 3\0")) return;
  throw new Error(`the database ${file} is not a database. It was not changed.`);
};

/** Whether pages that the header counts are neither in the file nor in its log. A checkpoint that died leaves some there. */
const lacksPages = (file: string, header: Buffer, sizeBytes: number): boolean => {
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  // Only where both counters agree the header's number of pages is meant.
  if (header.readUInt32BE(24) !== header.readUInt32BE(92) || pages * pageBytes <= sizeBytes) return false;
  const logged = pagesInLog(`${file}-wal`, pageBytes);
  // SQLite locks bytes of this page, and stores nothing there.
  const lockPage = 2 ** 30 / pageBytes + 1;
  for (let page = Math.floor(sizeBytes / pageBytes) + 1; page <= pages; page++)
    if (page !== lockPage && !logged.has(page)) return true;
  return false;
};

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The pages in the frames of the WAL that are of its present round. Format: https://www.sqlite.org/fileformat2.html#walformat */
const pagesInLog = (log: string, pageBytes: number): ReadonlySet<number> => {
  const pages = new Set<number>();
  const sizeBytes = statOf(log)?.size ?? 0;
  if (sizeBytes < LOG_HEADER_BYTES) return pages;
  const salts = readAt(log, 16, 8);
  const step = FRAME_HEADER_BYTES + pageBytes;
  for (let at = LOG_HEADER_BYTES; at + step <= sizeBytes; at += step) {
    const frame = readAt(log, at, FRAME_HEADER_BYTES);
    if (!frame.subarray(8, 16).equals(salts)) break;
    pages.add(frame.readUInt32BE(0));
  }
  return pages;
};

const readAt = (file: string, position: number, length: number): Buffer => {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(length);
    readSync(descriptor, bytes, { position });
    return bytes;
  } finally {
    closeSync(descriptor);
  }
};

/** Remembers the files as they are now. The function given back throws where one of them is not what others find there. */
export const watchPlace = (file: string): (() => void) => {
  const paths = [file, `${file}-wal`, `${file}-shm`, `${file}-lock`].filter((path) => existsSync(path));
  const watched = paths.map((path) => ({ path, first: statSync(path) }));
  let sizeBytes = 0;
  return () => {
    for (const { path, first } of watched) {
      const now = statOf(path);
      if (now?.ino !== first.ino || now.dev !== first.dev) throw displaced(path, "is not the file that was opened");
      if (path !== file) continue;
      if (now.size < sizeBytes) throw displaced(path, "is shorter than it was");
      sizeBytes = now.size;
    }
  };
};

const displaced = (path: string, what: string): Error =>
  Object.assign(new Error(`${path} ${what}.`), { code: DISPLACED });
