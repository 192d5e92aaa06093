// A disk that can be filled. Where this process may mount one, it is small and real; elsewhere preload.ts lets each
// commit fail as on a full disk for as long as a file is there.
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface Disk {
  readonly folder: string;
  /** Makes the disk look full to a server as long as it is there; null where the disk really can be filled. */
  readonly fullFile: string | null;
  fill(): void;
  empty(): void;
  /** Gives it back, with all that is on it. */
  remove(): void;
}

const SIZE_MIB = 96;
const MIB = 1_048_576;
const SMALLEST_PIECE = 512;

/** Makes a disk at this path, which must not be there yet. */
export const createDisk = (folder: string): Disk => {
  mkdirSync(folder);
  return mount(folder) ? realDisk(folder) : limitedFolder(folder);
};

const mount = (folder: string): boolean =>
  process.platform === "linux" &&
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MIB}m`, "surecount-drill", folder]).status === 0;

const realDisk = (folder: string): Disk => {
  const filler = join(folder, "filler");
  const unmount = (): void => {
    // Lazily: a server that is just ending may still have files open.
    spawnSync("umount", ["-l", folder]);
  };
  // Before whoever removes the folder around it.
  process.prependOnceListener("exit", unmount);
  return {
    ...{ folder, fullFile: null },
    fill: () => fillUp(filler),
    empty: () => rmSync(filler, { force: true }),
    remove: () => {
      process.off("exit", unmount);
      unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Writes until nothing fits any more, in ever smaller pieces. */
const fillUp = (filler: string): void => {
  const descriptor = openSync(filler, "a");
  for (let size = MIB; size >= SMALLEST_PIECE; size /= 2) writeWhilePossible(descriptor, Buffer.alloc(size));
  closeSync(descriptor);
};

const writeWhilePossible = (descriptor: number, piece: Buffer): void => {
  try {
    while (writeSync(descriptor, piece) === piece.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
};

const limitedFolder = (folder: string): Disk => {
  const fullFile = join(folder, "full");
  const empty = (): void => rmSync(fullFile, { force: true });
  return {
    ...{ folder, fullFile, empty },
    fill: () => writeFileSync(fullFile, ""),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
