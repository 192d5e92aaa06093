// What each root field asks of the principal: the one table, which a schema must agree with to be built at all. It is held
// against an operation before anything of it is executed, so that an operation is done as a whole or not at all.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
} from "graphql";
import { AppError } from "../domain/error.ts";
import { hasScope, type Principal, type Scope } from "../domain/principal.ts";

interface Need {
  /** Null: whoever is let in. */
  readonly scope: Scope | null;
  /** Whether it is about all clients together, and so not for tokens that are bound to some. */
  readonly isOverall?: boolean;
}

const anyScope: Need = { scope: null };
const ingest: Need = { scope: "ingest" };
const ingestOverall: Need = { scope: "ingest", isOverall: true };
const read: Need = { scope: "read" };
const readOverall: Need = { scope: "read", isOverall: true };
const operate: Need = { scope: "operate" };
const admin: Need = { scope: "admin" };

const needs: Readonly<Record<OperationTypeNode, Readonly<Record<string, Need>>>> = {
  query: {
    activity: readOverall,
    aggregationReport: read,
    aggregations: read,
    books: read,
    checkpoint: readOverall,
    clientProfile: read,
    clientProfiles: read,
    event: read,
    events: read,
    explainEvent: read,
    explainFailedEvent: read,
    failedEvents: read,
    failureGroups: read,
    importReport: ingestOverall,
    importReports: ingestOverall,
    job: read,
    jobs: read,
    log: read,
    node: read,
    previewClientProfile: read,
    previewEvent: read,
    previewReprocess: read,
    stats: read,
    system: readOverall,
    systemHistory: readOverall,
    tokens: admin,
    viewer: anyScope,
    webhookDelivery: admin,
    webhookEndpoint: admin,
    webhookEndpoints: admin,
  },
  mutation: {
    applyReprocess: operate,
    cancelJob: operate,
    createToken: admin,
    createWebhookEndpoint: admin,
    deleteClientProfile: operate,
    deleteWebhookEndpoint: admin,
    disableWebhookEndpoint: admin,
    discardFailedEvent: operate,
    discardFailedEvents: operate,
    enableWebhookEndpoint: admin,
    ingestEvent: ingest,
    ingestEvents: ingest,
    reopenFailedEvent: operate,
    replayWebhookDeliveries: admin,
    replayWebhookDelivery: admin,
    retryFailedEvent: operate,
    retryFailedEvents: operate,
    revokeToken: admin,
    rotateToken: admin,
    rotateWebhookSecret: admin,
    setClientProfile: operate,
    skipWebhookDelivery: admin,
    testWebhookEndpoint: admin,
    unvoidEvent: operate,
    updateWebhookEndpoint: admin,
    voidEvent: operate,
  },
  subscription: {
    aggregationUpdates: read,
    feed: read,
    importProgress: ingestOverall,
    jobProgress: read,
  },
};

const needOf = (operation: OperationTypeNode, field: string): Need | undefined =>
  Object.hasOwn(needs[operation], field) ? needs[operation][field] : undefined;

/** Says at each root field what it needs. @throws Error that names those of which the table says nothing. */
export const withScopes = (schema: GraphQLSchema): GraphQLSchema => {
  const roots = [
    ["query", schema.getQueryType()],
    ["mutation", schema.getMutationType()],
    ["subscription", schema.getSubscriptionType()],
  ] as const;
  const missing: string[] = [];
  for (const [operation, type] of roots)
    for (const field of Object.values(type?.getFields() ?? {})) {
      const need = needOf(operation as OperationTypeNode, field.name);
      if (need === undefined) missing.push(`${type?.name}.${field.name}`);
      else field.description = `${field.description} ${wordsOf(need)}`;
    }
  if (missing.length === 0) return schema;
  throw new Error(`Root fields must declare their scope in server/graphql/scopes.ts: ${missing.join(", ")}.`);
};

const wordsOf = ({ scope, isOverall }: Need): string => {
  if (scope === null) return "For every token.";
  return `Scope: ${scope}${isOverall ? ", and the token must be bound to no client" : ""}.`;
};

/** The needs of each operation of a document. */
const known = new WeakMap<DocumentNode, Map<string, readonly Named[]>>();

type Named = Need & { readonly field: string };

/** @throws AppError FORBIDDEN where the principal may not do all that the operation asks for. */
export const checkScopes = (
  principal: Principal,
  document: DocumentNode,
  operationName: string | null | undefined,
): void => {
  if (principal.scopes.length === 0) throw new AppError("UNAUTHENTICATED", "This server asks for a token.");
  for (const { field, scope, isOverall } of needsOf(document, operationName)) {
    if (scope !== null && !hasScope(principal, scope))
      throw new AppError("FORBIDDEN", `${field} needs the scope ${scope}, which your token does not have.`, {
        details: { scope },
      });
    if (isOverall && principal.clients !== null)
      throw new AppError("FORBIDDEN", `${field} is about all clients, and your token is bound to some.`);
  }
};

const needsOf = (document: DocumentNode, operationName: string | null | undefined): readonly Named[] => {
  const byName = known.get(document) ?? new Map<string, readonly Named[]>();
  known.set(document, byName);
  const name = operationName ?? "";
  const found = byName.get(name) ?? findNeeds(document, operationName);
  // A name that the document does not have is refused later, and anybody can make them up.
  if (found !== null) byName.set(name, found);
  return found ?? [];
};

const findNeeds = (document: DocumentNode, operationName: string | null | undefined): readonly Named[] | null => {
  const operation = getOperationAST(document, operationName);
  if (!operation) return null;
  const fields = new Set(rootFieldsOf(operation.selectionSet, fragmentsOf(document)).map(({ name }) => name.value));
  return [...fields].flatMap((field) => {
    const need = needOf(operation.operation, field);
    return need === undefined ? [] : [{ ...need, field }];
  });
};

type Fragments = Map<string, FragmentDefinitionNode>;

const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );

/** All that may be selected, whatever @skip and @include say in the end. Each fragment is looked into once. */
const rootFieldsOf = ({ selections }: SelectionSetNode, fragments: Fragments): readonly FieldNode[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFieldsOf(selection.selectionSet, fragments);
    const fragment = fragments.get(selection.name.value);
    fragments.delete(selection.name.value);
    return fragment === undefined ? [] : rootFieldsOf(fragment.selectionSet, fragments);
  });
