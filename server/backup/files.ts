// What backups ask of the file system: a file has its name only when it is whole and on disk, and nobody else may read it.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { BackupRefused } from "../storage/backup.ts";

/** Of a file that is being written; the process that writes it stands before. */
const UNFINISHED = ".unfinished";
/** So much is left for others: who fills a disk stops the server that lies on it. */
const RESERVE_BYTES = 16_777_216;

/** @throws BackupRefused where there is no folder for it, or a file already. */
export const expectNew = (file: string): void => {
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
    throw new BackupRefused(`There is no folder ${dirname(file)}.`);
  if (existsSync(file)) throw new BackupRefused(`There is a file ${file} already: name another, nothing was written.`);
};

/** @throws BackupRefused where so much would not fit on the disk of the folder. */
export const expectSpace = (folder: string, sizeBytes: number): void => {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= sizeBytes + RESERVE_BYTES) return;
  throw new BackupRefused(
    `The disk of ${folder} has ${bavail * bsize} bytes left, and ${sizeBytes + RESERVE_BYTES} are needed: nothing was written.`,
  );
};

/** Makes the empty file that is written first, and removes those that processes left which are not there any more. */
export const createUnfinished = (file: string): string => {
  for (const name of readdirSync(dirname(file))) {
    const pid = ownerOf(name, basename(file));
    if (pid !== null && (pid === process.pid || !isAlive(pid))) rmSync(join(dirname(file), name), { force: true });
  }
  const unfinished = unfinishedOf(file);
  closeSync(openSync(unfinished, "wx", 0o600));
  return unfinished;
};

/** What this process writes first. */
export const unfinishedOf = (file: string): string => `${file}.${process.pid}${UNFINISHED}`;

/** The process that writes or wrote this, where it is, or belongs to, an unfinished file of that name. */
const ownerOf = (name: string, ofFile: string): number | null => {
  if (!name.startsWith(`${ofFile}.`)) return null;
  const [, pid] = /^(\d+)\.unfinished(-journal|-wal|-shm)?$/.exec(name.slice(ofFile.length + 1)) ?? [];
  return pid === undefined ? null : Number(pid);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

export const discard = (unfinished: string): void => {
  for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(`${unfinished}${end}`, { force: true });
};

/** Gives the file its name, when it is on disk, and the name is too. @throws BackupRefused where another took it. */
export const finish = (unfinished: string, file: string): void => {
  sync(unfinished);
  expectNew(file);
  renameSync(unfinished, file);
  sync(dirname(file));
};

/** Waits until a file, or what a folder lists, is on disk. */
export const sync = (path: string): void => {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Whether it is one of our unfinished files. */
export const isUnfinished = (name: string): boolean => /\.\d+\.unfinished(-journal|-wal|-shm)?$/.test(name);
