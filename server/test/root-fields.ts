// Operations for every root field of the schema, made from the schema itself: a new field is among them by itself.
import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  type OperationTypeNode,
} from "graphql";
import { schema } from "../graphql/schema.ts";

export interface RootField {
  readonly operation: OperationTypeNode;
  readonly name: string;
  /** What the schema says that it needs, in its description. */
  readonly needs: string;
  /** An operation with this field alone. `values` are literals for arguments by their names. */
  text(options?: { readonly depth?: number; readonly values?: Readonly<Record<string, string>> }): string;
}

const DEEP_ENOUGH = 0;

/** All of them. */
export const rootFields = (): readonly RootField[] =>
  (
    [
      ["query", schema.getQueryType()],
      ["mutation", schema.getMutationType()],
      ["subscription", schema.getSubscriptionType()],
    ] as const
  ).flatMap(([operation, type]) =>
    Object.values(type?.getFields() ?? {}).map(({ name, description, type: result, args }) => ({
      operation: operation as OperationTypeNode,
      name,
      needs: / (Scope: [^.]*|For every token)\.$/.exec(description ?? "")?.[1] ?? "",
      text: ({ depth = DEEP_ENOUGH, values = {} } = {}) =>
        `${operation} { ${name}${argumentsOf(args, values)} ${selectionOf(result, depth)} }`,
    })),
  );

const argumentsOf = (args: readonly GraphQLArgument[], values: Readonly<Record<string, string>>): string => {
  const given = args.flatMap(({ name, type }) => {
    const value = values[name] ?? (isNonNullType(type) ? literalOf(type) : undefined);
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  return given.length === 0 ? "" : `(${given.join(", ")})`;
};

const literalOf = (type: GraphQLInputType): string => {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return `[${literalOf(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? "";
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${needed.map((field) => `${field.name}: ${literalOf(field.type)}`).join(", ")} }`;
  }
  const literals: Readonly<Record<string, string>> = {
    ...{ Int: "1", Float: "1", Boolean: "false", ID: '"RXZlbnQ6MQ=="', JSON: '{ client: "own" }' },
    DateTime: '"2026-01-31T12:00:00Z"',
  };
  return literals[type.name] ?? '"own"';
};

/** Everything that can be selected without arguments, so many levels down. */
const selectionOf = (type: GraphQLOutputType, depth: number): string => {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return "";
  if (depth === DEEP_ENOUGH || !(isObjectType(named) || isInterfaceType(named))) return "{ __typename }";
  const own = Object.values(named.getFields()).flatMap((field) => {
    const isPlain = !isCompositeType(getNamedType(field.type));
    if (field.args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)) return [];
    return isPlain || depth > 1 ? [`${field.name} ${selectionOf(field.type, depth - 1)}`] : [];
  });
  const others = isInterfaceType(named)
    ? schema.getPossibleTypes(named).map((one) => `... on ${one.name} ${selectionOf(one, depth)}`)
    : [];
  return `{ __typename ${[...own, ...others].join(" ")} }`;
};
