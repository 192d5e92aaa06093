// What users read: the README and the guides in docs/, and the examples in them.
import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** Each page by its path. */
export const pages: Readonly<Record<string, string>> = Object.fromEntries(
  ["README.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)].map((path) => [
    path,
    readFileSync(new URL(path, root), "utf8"),
  ]),
);

/** @throws Error where there is no such page. */
export const pageOf = (path: string): string => {
  const text = pages[path];
  if (text === undefined) throw new Error(`There is no page ${path}.`);
  return text;
};

/** The examples of a page in one language, in order. */
export const examplesIn = (page: string, language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, code = ""]) => code);
