// Selections of plain fields, worked out once for all values that they are taken of: fields without arguments, conditions
// and fragments, whose resolvers take nothing but the value itself. What is written of a value is the JSON of what the
// executor shows.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from "graphql";

/** Makes the JSON of a value. */
export type Write = (value: unknown) => string;

/** Its name in the answer. */
export const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** Null where there is anything but fields, or one that is under a condition or asked for twice. */
export const fieldsIn = ({ selections }: SelectionSetNode): readonly FieldNode[] | null => {
  const nodes = selections.filter((selection) => selection.kind === Kind.FIELD);
  const isPlain = nodes.length === selections.length && nodes.every(({ directives = [] }) => directives.length === 0);
  const keys = new Set(nodes.map(keyOf));
  // As a property of an ordinary object `__proto__` would be none.
  return isPlain && keys.size === nodes.length && !keys.has("__proto__") ? nodes : null;
};

/** Null where any of them is. */
export const allOf = <Item>(items: readonly (Item | null)[]): readonly Item[] | null =>
  items.every((item) => item !== null) ? items : null;

/** Null where not all fields are plain. */
export const writerOf = (type: GraphQLOutputType, node: FieldNode): Write | null => {
  if (isNonNullType(type)) {
    const write = writerOf(type.ofType, node);
    return write && ((value) => present(write(value), node));
  }
  const write = valueWriterOf(type, node);
  return write && ((value) => (value === null || value === undefined ? "null" : write(value)));
};

const present = (text: string, { name }: FieldNode): string => {
  if (text === "null") throw new Error(`There is nothing where ${name.value} must be.`);
  return text;
};

const valueWriterOf = (type: GraphQLOutputType, node: FieldNode): Write | null => {
  if (isLeafType(type)) return leafWriterOf(type);
  if (isListType(type)) {
    const write = writerOf(type.ofType, node);
    return write && ((items) => `[${(items as readonly unknown[]).map(write).join()}]`);
  }
  return isObjectType(type) && node.selectionSet !== undefined ? objectWriterOf(type, node.selectionSet) : null;
};

/** One row after the other often says the same. */
const leafWriterOf = (type: GraphQLLeafType): Write => {
  let last: { readonly value: unknown; readonly text: string } | undefined;
  return (value) => {
    if (last === undefined || last.value !== value)
      last = { value, text: JSON.stringify(type.coerceOutputValue(value)) ?? "null" };
    return last.text;
  };
};

const objectWriterOf = (type: GraphQLObjectType, selectionSet: SelectionSetNode): Write | null => {
  const members = allOf((fieldsIn(selectionSet) ?? [null]).map((node) => node && memberOf(type, node)));
  if (members === null) return null;
  const headed = members.map(({ key, write }, index) => {
    const head = `${index === 0 ? "" : ","}${JSON.stringify(key)}:`;
    return { head, write };
  });
  return (object) => {
    let text = "{";
    for (const { head, write } of headed) text += head + write(object);
    return `${text}}`;
  };
};

interface Member {
  readonly key: string;
  readonly write: Write;
}

/** Null where the field takes more than the object itself. */
const memberOf = (type: GraphQLObjectType, node: FieldNode): Member | null => {
  if (node.name.value === "__typename") return { key: keyOf(node), write: () => JSON.stringify(type.name) };
  const field = type.getFields()[node.name.value];
  const write = field && writerOf(field.type, node);
  if (!write || field.args.length > 0) return null;
  const { name, resolve = (object) => object[name] } = field as GraphQLField<
    Readonly<Record<string, unknown>>,
    unknown
  >;
  if (resolve.length > 1) return null;
  const resolveAlone = resolve as (object: unknown) => unknown;
  return { key: keyOf(node), write: (object) => write(resolveAlone(object)) };
};
