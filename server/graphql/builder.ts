// The Pothos builder with the scalars. Everything is non-null unless it says otherwise, and has a description.
import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { GraphQLError, GraphQLScalarType, type GraphQLScalarTypeConfig, Kind, type ValueNode } from "graphql";
import type { Micros } from "../domain/calendar.ts";
import type { Json } from "../domain/json.ts";
import { formatMicros, parseInstant } from "../domain/timestamp.ts";
import type { RequestContext } from "./context.ts";

interface Scalar<T> {
  Input: T;
  Output: T;
}

export const builder = new SchemaBuilder<{
  Context: RequestContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Scalars: {
    ID: Scalar<string>;
    JSON: Scalar<Json>;
    DateTime: Scalar<Micros>;
    Decimal: Scalar<string>;
    SafeInt: Scalar<number>;
    Cursor: Scalar<string>;
  };
}>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    edgesFieldOptions: {
      nullable: false,
      description: "The rows of this page, in the order of the list.",
    },
    nodeFieldOptions: { nullable: false, description: "The row." },
    cursorFieldOptions: {
      description: "Where the row stands in its list: give it as `after` or `before`.",
    },
    pageInfoTypeOptions: {
      description: "Whether there is more on either side of a page, and the cursors to get it with.",
    },
    pageInfoFieldOptions: { description: "How to go on from this page." },
    hasNextPageFieldOptions: { description: "Whether rows follow this page." },
    hasPreviousPageFieldOptions: {
      description: "Whether rows stand before this page.",
    },
    startCursorFieldOptions: {
      description: "The cursor of the page's first row; null where the page is empty.",
    },
    endCursorFieldOptions: {
      description: "The cursor of the page's last row; null where the page is empty.",
    },
    firstArgOptions: {
      description: "At most this many rows from the beginning: 0 to 500; 50 where neither `first` nor `last` is given.",
    },
    lastArgOptions: {
      description: "At most this many rows from the end: 0 to 500. Not together with `first`.",
    },
    afterArgOptions: { description: "Only rows that stand after this cursor." },
    beforeArgOptions: {
      description: "Only rows that stand before this cursor.",
    },
    nodeTypeOptions: {
      description: "Whatever has an id of its own by which it can be fetched again.",
    },
    nodeQueryOptions: {
      description:
        "An event, a failed event, a job, an endpoint of webhooks or a delivery by its id; null where there is none.",
      args: { id: { description: "The `id` of whatever has one." } },
    },
    nodesQueryOptions: false,
    idFieldOptions: { description: "Names it for good." },
  },
});

builder.queryType({ description: "What can be asked." });
builder.mutationType({ description: "What can be changed." });
builder.subscriptionType({ description: "What can be followed live." });

const defineScalar = <T>(config: GraphQLScalarTypeConfig<T, unknown>): GraphQLScalarType<T, unknown> =>
  new GraphQLScalarType(config);

const literalOf = (node: ValueNode, variables: Readonly<Record<string, unknown>> | null | undefined): Json => {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => literalOf(value, variables));
    case Kind.OBJECT:
      // fromEntries makes own properties, so that `__proto__` is a key like any other.
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalOf(value, variables)]));
    case Kind.VARIABLE:
      return (variables?.[node.name.value] ?? null) as Json;
    default:
      throw new GraphQLError(`JSON has no enum values: write ${JSON.stringify(node.value)} as a string, in quotes.`, {
        nodes: node,
      });
  }
};

builder.addScalarType(
  "JSON",
  defineScalar<Json>({
    name: "JSON",
    description: "Any JSON value.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
    serialize: (value) => value as Json,
    parseValue: (value) => value as Json,
    parseLiteral: literalOf,
  }),
);

const parseMicros = (value: unknown): Micros => {
  const us = typeof value === "string" ? parseInstant(value) : null;
  if (us !== null) return us;
  throw new GraphQLError(
    `${JSON.stringify(value)} is not an instant: write it as RFC 3339, for example 2026-01-31T12:00:00Z.`,
  );
};

builder.addScalarType(
  "DateTime",
  defineScalar<Micros>({
    name: "DateTime",
    description: "An instant, RFC 3339 in UTC, to the microsecond, without trailing zeros in the fraction.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
    serialize: (value) => formatMicros(value as Micros),
    parseValue: parseMicros,
    parseLiteral: (node) => parseMicros(node.kind === Kind.STRING ? node.value : null),
  }),
);

builder.addScalarType(
  "Decimal",
  defineScalar<string>({
    name: "Decimal",
    description: "An exact decimal number as a string, without exponent or trailing zeros.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-6",
    serialize: String,
  }),
);

builder.addScalarType(
  "SafeInt",
  defineScalar<number>({
    name: "SafeInt",
    description: "A non-negative whole number below 2^53, as a JSON number.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc7493#section-2.2",
    serialize: Number,
  }),
);

builder.addScalarType(
  "Cursor",
  defineScalar<string>({
    name: "Cursor",
    description: "An opaque position in the log.",
    specifiedByURL: "https://relay.dev/graphql/connections.htm#sec-Cursor",
    serialize: String,
    parseValue: (value) => {
      if (typeof value === "string") return value;
      throw new GraphQLError("A cursor is a string that the server gave.");
    },
  }),
);
