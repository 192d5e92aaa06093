// Types each document of the dashboard against schema.graphql. gql.tada lends its types only (it is a tool of
// development); at run time urql's own gql joins the fragments.
import { gql, type TypedDocumentNode } from "@urql/core";
import type { initGraphQLTada } from "gql.tada";
import type { introspection } from "./introspection.d.ts";

type Graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { SafeInt: number; Decimal: string; DateTime: string; Cursor: string; JSON: unknown };
}>;

const join = (source: string, fragments: TypedDocumentNode[] = []) =>
  gql(Object.assign([source, ...fragments.map(() => "")], { raw: [source] }), ...fragments);

/** A document, or a fragment, with the fragments that it uses. */
export const graphql = join as unknown as Graphql;
