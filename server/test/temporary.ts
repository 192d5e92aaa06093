// Folders for tests, gone when the test process ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "surecount-"));
  folders.push(folder);
  return folder;
};

/** The path of a file that is not there yet, alone in its folder. */
export const temporaryFile = (name: string): string => join(temporaryFolder(), name);
