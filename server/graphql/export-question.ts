// The question of an export, from the parameters of a URL: the same names, the same values and the same refusals as the API
// has for its filters, since the schema itself reads them. A list is a parameter given several times.
import { decodeGlobalID } from "@pothos/plugin-relay";
import {
  coerceInputValue,
  GraphQLBoolean,
  type GraphQLError,
  GraphQLFloat,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  validateInputValue,
} from "graphql";
import { AppError } from "../domain/error.ts";
import type { EventFilter, FailureFilter } from "../domain/filter.ts";
import type { AggregationRequest } from "../pipeline/aggregations.ts";
import { type AggregationArgs, toRequest } from "./aggregations.ts";
import { toEventFilter } from "./events.ts";
import { toFailureFilter } from "./failures.ts";

export type Question =
  | { readonly kind: "events"; readonly filter: EventFilter }
  | { readonly kind: "failures"; readonly filter: FailureFilter }
  | { readonly kind: "aggregations"; readonly request: AggregationRequest };

type Types = ReadonlyMap<string, GraphQLInputType>;

/** Nobody is told names that they do not know. */
const HIDES_SUGGESTIONS = true;

/** @throws AppError BAD_USER_INPUT for a parameter that there is not, or a value that it cannot have. */
export const readQuestion = (schema: GraphQLSchema, kind: Question["kind"], parameters: URLSearchParams): Question => {
  const eventTypes = fieldsOf(schema, "EventFilter");
  switch (kind) {
    case "events":
      return { kind, filter: toEventFilter(read(eventTypes, parameters)) };
    case "failures":
      return { kind, filter: toFailureFilter(withIds(read(fieldsOf(schema, "FailedEventFilter"), parameters))) };
    case "aggregations": {
      const values = read(new Map([...eventTypes, ...argumentsOf(schema, "aggregations")]), parameters);
      return { kind, request: toRequest({ ...values, filter: values } as AggregationArgs) };
    }
    default:
      return kind satisfies never;
  }
};

const fieldsOf = (schema: GraphQLSchema, name: string): Types => {
  const type = schema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`The schema has no input ${name}.`);
  return new Map(Object.values(type.getFields()).map((field) => [field.name, field.type]));
};

const argumentsOf = (schema: GraphQLSchema, name: string): Types => {
  const field = schema.getQueryType()?.getFields()[name];
  const args = field?.args.filter((argument) => argument.name !== "filter") ?? [];
  return new Map(args.map((argument) => [argument.name, argument.type]));
};

const read = (types: Types, parameters: URLSearchParams): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [name, readOne(name, types, parameters.getAll(name))]),
  );

const readOne = (name: string, types: Types, texts: readonly string[]): unknown => {
  const type = types.get(name);
  if (type === undefined)
    throw new AppError(
      "BAD_USER_INPUT",
      `There is no parameter ${JSON.stringify(name)}. There are: ${[...types.keys()].join(", ")}.`,
    );
  const isList = isListType(getNullableType(type));
  if (!isList && texts.length > 1) throw new AppError("BAD_USER_INPUT", `The parameter ${name} is given twice.`);
  const values = texts.map((text) => asJson(text, type));
  const value = isList ? values : values[0];
  const refuse = ({ message }: GraphQLError): never => {
    throw new AppError("BAD_USER_INPUT", `The parameter ${name} cannot be used: ${message}`);
  };
  validateInputValue(value, type, refuse, HIDES_SUGGESTIONS);
  return coerceInputValue(value, type);
};

/** What the text would be as JSON; as it is where that is not what the type takes. */
const asJson = (text: string, type: GraphQLInputType): unknown => {
  const named = getNamedType(type);
  const isNumber = named === GraphQLInt || named === GraphQLFloat;
  if (isNumber && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (named === GraphQLBoolean && (text === "true" || text === "false")) return text === "true";
  return text;
};

type FailureInput = Parameters<typeof toFailureFilter>[0];

/** The ids of the API name their type. */
const withIds = ({ ids, ...rest }: Readonly<Record<string, unknown>>): FailureInput =>
  (ids === undefined ? rest : { ...rest, ids: (ids as readonly string[]).map(idOf) }) as FailureInput;

const idOf = (id: string): { readonly typename: string; readonly id: string } => {
  try {
    const decoded = decodeGlobalID(id);
    if (decoded.typename === "FailedEvent") return decoded;
  } catch {
    // Not one of ours.
  }
  throw new AppError("BAD_USER_INPUT", "The parameter ids holds one that is not the id of a failed event.");
};
