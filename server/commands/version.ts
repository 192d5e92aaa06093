// Which version this is, and what it runs on.
import { readFileSync } from "node:fs";

/** One line. */
export const versionText = (): string => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { name, version } = JSON.parse(text) as { readonly name: string; readonly version: string };
  return `${name} ${version} (Node ${process.versions.node}, ${process.platform} ${process.arch})`;
};
