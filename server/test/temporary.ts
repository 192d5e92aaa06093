// Folders for tests, gone when the test file that asked for them is through.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folders: string[] = [];
// Not when the process ends: the test runner kills its processes without a word. Registered first, so it runs last.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "surecount-"));
  folders.push(folder);
  return folder;
};

/** The path of a file that is not there yet, alone in its folder. */
export const temporaryFile = (name: string): string => join(temporaryFolder(), name);
