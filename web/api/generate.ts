// Writes the types of the API from schema.graphql, for gql.tada to read every document of the dashboard against; and those
// documents by their SHA-256, for servers that answer only what is listed.
// Usage: node server/start.js web/api/generate.ts
import { hash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { minifyIntrospection, outputIntrospectionFile } from "gql.tada/internal";
import { buildSchema, type DocumentNode, introspectionFromSchema, Kind, print } from "graphql";

export const schemaFile = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
export const introspectionFile = fileURLToPath(new URL("introspection.d.ts", import.meta.url));

/** The text of introspection.d.ts for a schema in SDL. */
export const printIntrospection = (sdl: string): string =>
  outputIntrospectionFile(minifyIntrospection(introspectionFromSchema(buildSchema(sdl), { descriptions: false })), {
    fileType: ".d.ts",
    shouldPreprocess: true,
  });

export const operationsFile = fileURLToPath(new URL("operations.json", import.meta.url));

/** The text of operations.json: each operation of the modules beside this one. */
export const printOperations = async (): Promise<string> => {
  const names = (await readdir(new URL(".", import.meta.url))).filter((name) => /operations\.ts$/.test(name));
  const modules: object[] = await Promise.all(names.map((name) => import(new URL(name, import.meta.url).href)));
  const texts = modules.flatMap((module) => Object.values(module).filter(isOperation).map(print)).sort();
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [hash("sha256", text), text])), null, 2)}\n`;
};

const isOperation = (value: unknown): value is DocumentNode =>
  typeof value === "object" &&
  value !== null &&
  "definitions" in value &&
  (value as DocumentNode).definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(introspectionFile, printIntrospection(await readFile(process.argv[2] ?? schemaFile, "utf8")));
  await writeFile(operationsFile, await printOperations());
}
