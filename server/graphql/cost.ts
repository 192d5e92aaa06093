// What an answer may cost, in fields. Where a size is a variable, the cost is known once the variables are.
import { type FieldNode, type GraphQLField, Kind, type ValueNode } from "graphql";

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** A number of fields, or how it follows from the variables. */
export type Cost = number | ((variables: Variables) => number);

/** The arguments that say how long a list may be. */
const SIZES = new Set(["first", "last", "limit", "minutes"]);
/** Of a list that could be told its size, and was not. */
const UNTOLD_SIZE = 50;
/** Of a list that cannot be told its size: problems, warnings, steps and the like. */
const USUAL_SIZE = 5;

export const costWith = (cost: Cost, variables: Variables): number =>
  typeof cost === "number" ? cost : cost(variables);

export const addCosts = (left: Cost, right: Cost): Cost => combine(left, right, (a, b) => a + b);

/** The cost of a list whose rows cost that much each; null where nothing says how many there are. */
export const multiplyCost = (size: Cost | null, row: Cost): Cost => combine(size ?? USUAL_SIZE, row, (a, b) => a * b);

export const maxCost = (costs: readonly Cost[]): Cost => costs.reduce((most, cost) => combine(most, cost, Math.max), 0);

const combine = (left: Cost, right: Cost, calculate: (left: number, right: number) => number): Cost =>
  typeof left === "number" && typeof right === "number"
    ? calculate(left, right)
    : (variables) => calculate(costWith(left, variables), costWith(right, variables));

/** How long the list that this field is, or has in itself, may be; null where nothing says so. */
export const sizeOf = (node: FieldNode, definition: GraphQLField<unknown, unknown> | undefined): Cost | null => {
  const sizes = definition?.args.filter(({ name }) => SIZES.has(name)) ?? [];
  if (sizes.length === 0) return null;
  const weight = weightOf(definition?.extensions);
  const untold = Number(sizes.find(({ default: value }) => value !== undefined)?.default?.value ?? UNTOLD_SIZE);
  const given = (node.arguments ?? []).filter(({ name }) => SIZES.has(name.value)).map(({ value }) => value);
  const size = given.length === 0 ? untold : maxCost(given.map((value) => sizeGiven(value, untold)));
  return multiplyCost(size, weight);
};

const sizeGiven = (node: ValueNode, untold: number): Cost => {
  if (node.kind === Kind.INT) return countOf(Number(node.value), untold);
  if (node.kind !== Kind.VARIABLE) return untold;
  const { value } = node.name;
  return (variables) => countOf(variables?.[value], untold);
};

/** What is no count is refused when it is read. */
const countOf = (value: unknown, untold: number): number => (typeof value === "number" ? Math.max(value, 0) : untold);

/** A field may say that its rows are read at once and cost but a part of others. */
const weightOf = (extensions: Readonly<Record<string, unknown>> | undefined): number =>
  typeof extensions?.rowWeight === "number" ? extensions.rowWeight : 1;
