// A copy of the project in which something may be changed: the sources are its own, the packages and the built dashboard
// are those of the project.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change } from "./bugs.ts";

const COPIED = ["package.json", "package-lock.json", "tsconfig.json", "server", "drizzle", "web"];

/**
 * Copies it to a folder, over a copy that may be there with other changes, and changes it. @throws Error where a text to
 * change is not there once.
 */
export const createCheckout = (projectDir: string, folder: string, changes: readonly Change[]): void => {
  mkdirSync(folder, { recursive: true });
  for (const name of COPIED) cpSync(join(projectDir, name), join(folder, name), { recursive: true });
  const packages = join(folder, "node_modules");
  if (!existsSync(packages)) symlinkSync(join(projectDir, "node_modules"), packages);
  for (const change of changes) applyTo(folder, change);
};

const applyTo = (folder: string, { file, find, replace }: Change): void => {
  const path = join(folder, file);
  const parts = readFileSync(path, "utf8").split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has ${JSON.stringify(find)} ${parts.length - 1} times instead of once.`);
  writeFileSync(path, parts.join(replace));
};
