// What decides the answer to an event of a subscription, besides the event: its key is equal for all who get the same.
import { hash } from "node:crypto";
import { type DocumentNode, type ExecutionArgs, Kind, OperationTypeNode, print, visit } from "graphql";

/**
 * Equal for the same document, operation and variables, whereby those that are only arguments of the subscribed field
 * do not count: they decide which events come (such as `after` and `filter`), and that field's resolver must not use them.
 * What the selection shows depends on the clients that the principal is bound to as well.
 */
export const selectionKey = (
  { document, operationName, variableValues }: SelectionArgs,
  clients: readonly string[] | null,
): string => {
  const { text, variables } = traitsOf(document);
  const values = Object.fromEntries(variables.map((name) => [name, variableValues?.[name]]));
  return hash("sha256", JSON.stringify([text, operationName ?? null, values, clients]));
};

type SelectionArgs = Pick<ExecutionArgs, "document" | "operationName" | "variableValues">;

interface Traits {
  readonly text: string;
  /** The names of the variables that the selection uses. */
  readonly variables: readonly string[];
}

const known = new WeakMap<DocumentNode, Traits>();

const traitsOf = (document: DocumentNode): Traits => {
  const traits = known.get(document) ?? {
    text: document.loc?.source.body ?? print(document),
    variables: variablesOf(document),
  };
  known.set(document, traits);
  return traits;
};

const variablesOf = (document: DocumentNode): readonly string[] => {
  const sourceArguments = new Set<unknown>(document.definitions.flatMap(argumentsOfRoot));
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (argument) => (sourceArguments.has(argument) ? false : undefined),
    Variable: ({ name }) => void names.add(name.value),
  });
  return [...names];
};

const argumentsOfRoot = (definition: DocumentNode["definitions"][number]) =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION
    ? definition.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? (field.arguments ?? []) : []))
    : [];
