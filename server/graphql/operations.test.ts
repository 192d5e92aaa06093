import { buildSchema } from "graphql";
import { pino } from "pino";
import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import type { Context } from "./context.ts";
import { createErrorMask } from "./errors.ts";
import { createOperations } from "./operations.ts";

const maskError = createErrorMask(pino({ level: "silent" }));
const operations = createOperations({
  schema: buildSchema("type Query { a: Int q: Query }"),
  context: {} as Context,
  maskError,
});

test.each([
  ["a document", "{ a }"],
  ["an invalid document", "{ b }"],
  ["no document", "{"],
  ["a document of too many tokens", `{ ${"a ".repeat(1_100)}}`],
  ["a document of too many aliases", `{ ${Array.from({ length: 20 }, (_, index) => `a${index}: a`).join(" ")} }`],
])("a text is parsed and validated once: %s", (_what, text) => {
  expect(operations.parse(text)).toBe(operations.parse(text));
});

test("documents are remembered by their size, so that huge ones cannot fill the memory", () => {
  const first = operations.parse("{ first: a }");
  for (let index = 0; index < 120; index++) operations.parse(`{ q { x${index}: a ${"a ".repeat(900)}} }`);
  expect(operations.parse("{ first: a }")).not.toBe(first);
});

test("an error is masked once: what was masked stays as it is", () => {
  const masked = maskError(new AppError("FORBIDDEN", "No."));
  expect(maskError(masked)).toBe(masked);
});

test("errors come masked, with where they are", async () => {
  const { document, errors } = operations.parse("{ b }");
  expect(document).not.toBeNull();
  expect(errors.map((error) => error.toJSON())).toMatchObject([
    { locations: [{ line: 1, column: 3 }], extensions: { code: "BAD_USER_INPUT", retryable: false } },
  ]);
});
