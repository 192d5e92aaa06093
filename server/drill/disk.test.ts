import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary.ts";
import { createDisk } from "./disk.ts";

test("a disk gets full and empty again, or looks so where none could be mounted, and is given back", () => {
  const disk = createDisk(join(temporaryFolder(), "disk"));
  let files = 0;
  const isFull = (): boolean => {
    if (disk.fullFile !== null) return existsSync(disk.fullFile);
    try {
      files += 1;
      writeFileSync(join(disk.folder, `file-${files}`), Buffer.alloc(8_192));
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOSPC";
    }
  };
  expect(isFull()).toBe(false);
  disk.fill();
  expect(isFull()).toBe(true);
  disk.empty();
  expect(isFull()).toBe(false);
  disk.remove();
  expect(existsSync(disk.folder)).toBe(false);
});
