// What a document may ask for, told from its text alone, before anything in it is validated or run. One walk over it
// counts all; a fragment is walked once, however often it is spread.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { AppError } from "../domain/error.ts";
import { addCosts, type Cost, maxCost, multiplyCost, sizeOf } from "./cost.ts";

export const LIMITS = {
  sizeBytes: 16 * 1024,
  tokens: 1_000,
  /** Fields within fields; what the schema says of itself is bounded otherwise. */
  depth: 10,
  aliases: 15,
  rootFields: 10,
  directives: 50,
  /** Of one name and with fields of their own: to compare each with each other is what validation does. */
  repetitions: 30,
  /** Fields in the answer, with lists as long as they may be. */
  cost: 40_000,
} as const;

/** Lists of what the schema says of itself. Inside one another they would multiply: standard questions never do it. */
const LISTINGS = new Set(["fields", "inputFields", "interfaces", "possibleTypes"]);

/** @throws AppError BAD_USER_INPUT where the text is longer than a document may be. */
export const checkSize = (text: string): void => {
  if (text.length > LIMITS.sizeBytes || Buffer.byteLength(text) > LIMITS.sizeBytes)
    throw refusal(`A document has at most ${LIMITS.sizeBytes} bytes. Send values such as events as variables.`);
};

/** @throws AppError BAD_USER_INPUT where the answer would be too large. */
export const checkCost = (cost: number): void => {
  if (cost <= LIMITS.cost) return;
  throw refusal(
    `The answer may have ${shown(cost)} fields, and at most ${shown(LIMITS.cost)} are given: what stands in a list counts as often as \`first\`, \`last\` or \`limit\` say. Ask for less at once.`,
  );
};

/** What an answer to the document may cost. @throws AppError BAD_USER_INPUT naming the limit that it does not keep. */
export const measureDocument = (document: DocumentNode, schema: GraphQLSchema): Cost => {
  const walk = createWalk(document, schema);
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const costs = operations.map((operation) => {
    const { depth, fields, cost } = walk.operation(operation);
    check("fields within fields", depth, LIMITS.depth);
    check("fields at the top of an operation", fields, LIMITS.rootFields);
    return cost;
  });
  check("aliases", walk.tally.aliases, LIMITS.aliases);
  check("directives", walk.tally.directives, LIMITS.directives);
  const cost = maxCost(costs);
  if (typeof cost === "number") checkCost(cost);
  return cost;
};

/** What a selection set comes to. */
interface Measure {
  readonly depth: number;
  /** How many fields stand directly in it. */
  readonly fields: number;
  /** How many lists of the schema itself stand within one another. */
  readonly listings: number;
  readonly cost: Cost;
}

const NOTHING: Measure = { depth: 0, fields: 0, listings: 0, cost: 0 };

type Parent = GraphQLNamedType | undefined;

const createWalk = (document: DocumentNode, schema: GraphQLSchema) => {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  /** By the fragment, and the size that its lists have where it is spread. */
  const measured = new Map<FragmentDefinitionNode, Map<Cost | null, Measure>>();
  const repetitions = new Map<string, number>();
  const tally = { aliases: 0, directives: 0 };

  const countDirectives = ({ directives = [] }: { readonly directives?: readonly unknown[] | undefined }): void => {
    tally.directives += directives.length;
  };

  const selectionSet = ({ selections }: SelectionSetNode, parent: Parent, size: Cost | null): Measure => {
    const parts = selections.map((selection) => select(selection, parent, size));
    return {
      depth: Math.max(0, ...parts.map(({ depth }) => depth)),
      fields: parts.reduce((sum, { fields }) => sum + fields, 0),
      listings: Math.max(0, ...parts.map(({ listings }) => listings)),
      cost: parts.reduce((sum, { cost }) => addCosts(sum, cost), 0 as Cost),
    };
  };

  const select = (selection: SelectionNode, parent: Parent, size: Cost | null): Measure => {
    countDirectives(selection);
    if (selection.kind === Kind.FIELD) return field(selection, parent, size);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(selection.name.value);
      return fragment === undefined ? NOTHING : spread(fragment, size);
    }
    const { typeCondition } = selection;
    const type = typeCondition === undefined ? parent : schema.getType(typeCondition.name.value);
    return selectionSet(selection.selectionSet, type, size);
  };

  const spread = (fragment: FragmentDefinitionNode, size: Cost | null): Measure => {
    const bySize = measured.get(fragment) ?? new Map<Cost | null, Measure>();
    const known = bySize.get(size);
    if (known !== undefined) return known;
    // A fragment that contains itself is told of by validation.
    measured.set(fragment, bySize.set(size, NOTHING));
    countDirectives(fragment);
    const measure = selectionSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), size);
    bySize.set(size, measure);
    return measure;
  };

  const field = (node: FieldNode, parent: Parent, sizeAbove: Cost | null): Measure => {
    const name = node.name.value;
    const definition = isCompositeType(parent) ? schema.getField(parent, name) : undefined;
    const isOfSchema = parent?.name.startsWith("__") || name === "__schema" || name === "__type";
    if (node.alias !== undefined) tally.aliases += 1;
    if (isOfSchema && node.alias !== undefined)
      throw refusal("What the schema says of itself is given without aliases.");
    if (node.selectionSet === undefined) return { ...NOTHING, depth: isOfSchema ? 0 : 1, fields: 1, cost: 1 };
    countRepetition(node.alias?.value ?? name);

    const size = sizeOf(node, definition) ?? sizeAbove;
    const isList = definition !== undefined && isListType(getNullableType(definition.type));
    const type = definition === undefined ? undefined : getNamedType(definition.type);
    const inside = selectionSet(node.selectionSet, type, isList ? null : size);
    if (isOfSchema) return ofSchema(inside, LISTINGS.has(name));
    const cost = addCosts(1, inside.cost);
    return { depth: inside.depth + 1, fields: 1, listings: 0, cost: isList ? multiplyCost(size, cost) : cost };
  };

  const ofSchema = ({ listings }: Measure, isListing: boolean): Measure => {
    if (isListing && listings > 0)
      throw refusal(`Lists of the schema (${[...LISTINGS].join(", ")}) are not given within one another.`);
    return { ...NOTHING, fields: 1, listings: listings + (isListing ? 1 : 0) };
  };

  const countRepetition = (name: string): void => {
    const count = (repetitions.get(name) ?? 0) + 1;
    repetitions.set(name, count);
    check(`times ${name} with fields of its own`, count, LIMITS.repetitions);
  };

  const operation = (node: OperationDefinitionNode): Measure => {
    countDirectives(node);
    for (const definition of node.variableDefinitions ?? []) countDirectives(definition);
    return selectionSet(node.selectionSet, schema.getRootType(node.operation) ?? undefined, null);
  };
  return { operation, tally };
};

const check = (what: string, count: number, limit: number): void => {
  if (count > limit) throw refusal(`The document has ${shown(count)} ${what}, and at most ${limit} are allowed.`);
};

const shown = (count: number): string => Math.ceil(count).toLocaleString("en");

const refusal = (message: string): AppError => new AppError("BAD_USER_INPUT", message);
