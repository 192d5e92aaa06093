import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { introspectionFile, operationsFile, printIntrospection, printOperations, schemaFile } from "./generate.ts";

test("the types of the API are those of schema.graphql (else: node server/start.js web/api/generate.ts)", async () => {
  const written = await readFile(introspectionFile, "utf8");
  // Not toBe on the texts: their difference is pages long and says less than the name of this test.
  expect(written === printIntrospection(await readFile(schemaFile, "utf8"))).toBe(true);
});

test("the list of operations is what the dashboard asks (else: npm run schema)", async () => {
  expect(JSON.parse(await readFile(operationsFile, "utf8"))).toEqual(JSON.parse(await printOperations()));
});
