// Writes the types of the API from schema.graphql, for gql.tada to read every document of the dashboard against.
// Usage: node server/start.js web/api/generate.ts
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { minifyIntrospection, outputIntrospectionFile } from "gql.tada/internal";
import { buildSchema, introspectionFromSchema } from "graphql";

export const schemaFile = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
export const introspectionFile = fileURLToPath(new URL("introspection.d.ts", import.meta.url));

/** The text of introspection.d.ts for a schema in SDL. */
export const printIntrospection = (sdl: string): string =>
  outputIntrospectionFile(minifyIntrospection(introspectionFromSchema(buildSchema(sdl), { descriptions: false })), {
    fileType: ".d.ts",
    shouldPreprocess: true,
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(introspectionFile, printIntrospection(await readFile(process.argv[2] ?? schemaFile, "utf8")));
}
