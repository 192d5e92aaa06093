import { buildSchema, parse } from "graphql";
import { expect, test } from "vitest";
import { anyone, nobody, type Principal } from "../domain/principal.ts";
import { schema } from "./schema.ts";
import { checkScopes, withScopes } from "./scopes.ts";

const withOnly = (...scopes: Principal["scopes"]): Principal => ({ ...anyone, token: "a", scopes });
const bound: Principal = { ...withOnly("read"), clients: ["a"] };

const refusalOf = (principal: Principal, text: string, name?: string): string | null => {
  try {
    checkScopes(principal, parse(text), name);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("a schema with a root field that declares no scope cannot be built", () => {
  const undeclared = buildSchema("type Query { events: Int forgotten: Int } type Mutation { alsoForgotten: Int }");
  expect(() => withScopes(undeclared)).toThrow(/Query\.forgotten, Mutation\.alsoForgotten/);
});

test("every root field says what it needs", () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((type) => Object.values(type?.getFields() ?? {}));
  expect(fields.length).toBeGreaterThan(30);
  for (const { description } of fields) expect(description).toMatch(/ (Scope: \w+[^.]*|For every token)\.$/);
});

test.each([
  ["a field", "{ events { totalCount } }"],
  ["an alias", "{ viewer: events { totalCount } }"],
  ["an inline fragment", "{ ... { ... on Query { events { totalCount } } } }"],
  [
    "a fragment, however deep",
    "query { ...A } fragment A on Query { ...B } fragment B on Query { books { balanced } }",
  ],
  ["a field that may be left out", "query ($no: Boolean!) { events @skip(if: $no) { totalCount } }"],
  ["a second field", "{ viewer { name } stats { received } }"],
])("a scope is needed for %s", (_what, text) => {
  expect(refusalOf(withOnly("ingest"), text)).toBe("FORBIDDEN");
  expect(refusalOf(withOnly("ingest", "read"), text)).toBeNull();
  expect(refusalOf(withOnly("admin"), text)).toBeNull();
});

test("only the operation counts that is to be executed", () => {
  const text = "query A { viewer { name } } mutation B { revokeToken(id: 1) { id } }";
  expect(refusalOf(withOnly("read"), text, "A")).toBeNull();
  expect(refusalOf(withOnly("read"), text, "B")).toBe("FORBIDDEN");
});

test("fragments that contain each other are no way round", () => {
  const text = "{ ...A } fragment A on Query { ...B books { balanced } } fragment B on Query { ...A }";
  expect(refusalOf(withOnly("ingest"), text)).toBe("FORBIDDEN");
});

test("what is about all clients is not for a token that is bound to some", () => {
  expect(refusalOf(bound, "{ system { version } }")).toBe("FORBIDDEN");
  expect(refusalOf(bound, "{ stats { received } }")).toBeNull();
});

test("nobody may do anything, not even ask who they are", () => {
  expect(refusalOf(nobody, "{ viewer { name } }")).toBe("UNAUTHENTICATED");
  expect(refusalOf(nobody, "{ __typename }")).toBe("UNAUTHENTICATED");
});
