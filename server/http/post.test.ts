import type { IncomingMessage, ServerResponse } from "node:http";
import { buildSchema, type GraphQLError } from "graphql";
import { expect, test } from "vitest";
import { anyone } from "../domain/principal.ts";
import type { Context } from "../graphql/context.ts";
import { createOperations } from "../graphql/operations.ts";
import { createPost } from "./post.ts";

const operations = createOperations({
  schema: buildSchema("type Query { a: Int } type Mutation { b: Int } type Subscription { c: Int }"),
  context: {} as Context,
  maskError: (error) => error as GraphQLError,
});
const post = createPost({ operations, maskError: (error) => error as GraphQLError });

const JSON_TYPE = "application/json";

const isAnswered = (body: string, request: object = {}): Promise<boolean> => {
  const { headers, ...rest } = { headers: {}, ...request };
  const asked = { method: "POST", url: "/graphql", headers: { "content-type": JSON_TYPE, ...headers }, ...rest };
  const response = { writeHead: () => undefined, end: () => undefined };
  return post({ request: asked as IncomingMessage, body, principal: anyone }, response as unknown as ServerResponse);
};

test.each([
  ["a query", { query: "{ a }" }],
  ["a mutation", { query: "mutation { b }", variables: {} }],
  ["one operation of several", { query: "query A { a } mutation B { b }", operationName: "B", extensions: null }],
])("%s is answered the short way", async (_what, body) => {
  expect(await isAnswered(JSON.stringify(body))).toBe(true);
});

test.each([
  ["a subscription", '{"query":"subscription { c }"}'],
  ["an unknown field", '{"query":"{ d }"}'],
  ["a syntax error", '{"query":"{"}'],
  ["an unknown name", '{"query":"{ a }","operationName":"A"}'],
  ["an unknown parameter", '{"query":"{ a }","id":1}'],
  ["a body that is no object", "[]"],
  ["a body that is no JSON", "{"],
])("%s is left alone", async (_what, body) => {
  expect(await isAnswered(body)).toBe(false);
});

test.each([
  ["another method", { method: "PUT" }, false],
  ["parameters in the URL", { url: "/graphql?query={a}" }, false],
  ["another type of content", { headers: { "content-type": "application/graphql" } }, false],
  ["a type of content with a charset", { headers: { "content-type": `${JSON_TYPE}; charset=utf-8` } }, true],
  ["any type of answer", { headers: { accept: "*/*" } }, true],
  ["several types of answer", { headers: { accept: `application/graphql-response+json, ${JSON_TYPE}` } }, true],
  ["a stream as the answer", { headers: { accept: "text/event-stream" } }, false],
])("a query with %s: %o", async (_what, request, expected) => {
  expect(await isAnswered('{"query":"{ a }"}', request)).toBe(expected);
});
