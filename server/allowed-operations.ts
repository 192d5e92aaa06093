// Reads lists of operations from files: documents (.graphql, .gql), and JSON that the tools of clients write, either
// { id: document } or a manifest { "operations": [{ "id", "body" }] }.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type AllowList, createAllowList, type ListedDocument } from "./graphql/allow-list.ts";

/** What the dashboard asks: npm run schema. */
const DASHBOARD_FILE = fileURLToPath(new URL("../web/api/operations.json", import.meta.url));
const ENDINGS = new Set([".graphql", ".gql", ".json"]);

const byId = z.record(z.string(), z.string());
const manifest = z.object({ operations: z.array(z.object({ id: z.string(), body: z.string() })) });

/** The operations of a file, or of all files of a folder, and the dashboard's. @throws Error that says what is wrong. */
export const readAllowList = (path: string): AllowList => {
  const files = filesOf(path);
  if (files.length === 0) throw new Error("it has no file that ends with .graphql, .gql or .json");
  return createAllowList([DASHBOARD_FILE, ...files].flatMap(readFile));
};

const filesOf = (path: string): readonly string[] => {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  return names.filter((name) => ENDINGS.has(extname(name))).map((name) => join(path, name));
};

const readFile = (file: string): readonly ListedDocument[] => {
  const text = readFileSync(file, "utf8");
  const documents = extname(file) === ".json" ? readJson(file, text) : [{ id: null, text }];
  for (const one of documents) checkDocument(file, one);
  return documents;
};

const readJson = (file: string, text: string): readonly ListedDocument[] => {
  const json = parseJson(file, text);
  const asManifest = manifest.safeParse(json);
  if (asManifest.success) return asManifest.data.operations.map(({ id, body }) => ({ id, text: body }));
  const asMap = byId.safeParse(json);
  if (asMap.success) return Object.entries(asMap.data).map(([id, body]) => ({ id, text: body }));
  throw new Error(`${file} is neither { id: document } nor { "operations": [{ "id", "body" }] }`);
};

const parseJson = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is no JSON`, { cause });
  }
};

const checkDocument = (file: string, document: ListedDocument): void => {
  try {
    createAllowList([document]);
  } catch (cause) {
    const which = document.id === null ? file : `${JSON.stringify(document.id)} in ${file}`;
    throw new Error(`${which} is no GraphQL document: ${(cause as Error).message}`, { cause });
  }
};
