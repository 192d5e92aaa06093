// What every operation passes, whichever way it came in: its text is parsed and validated once for all who send it, and
// it gets a context of its own. Queries and mutations are executed here, and what they threw is masked; subscriptions
// over WebSocket are executed by http/fanout. What is to be asked of every operation (what it costs, who sends it, how
// often) is asked here.
import { normalizedExecutor } from "@graphql-tools/executor";
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  parse,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import { AppError } from "../domain/error.ts";
import type { Principal } from "../domain/principal.ts";
import type { Answered } from "../watch/operation-figures.ts";
import { OTHER } from "../watch/top.ts";
import { createWriteAggregations, type TextResult } from "./aggregations-text.ts";
import { type AllowList, checkListed, type DocumentWish, textOf } from "./allow-list.ts";
import { type Context, createRequestContext, type RequestContext } from "./context.ts";
import { type Cost, costWith } from "./cost.ts";
import { checkCost, checkSize, LIMITS, measureDocument } from "./limits.ts";
import { narrow } from "./narrow.ts";
import { checkScopes } from "./scopes.ts";

/** More of them help nobody, and each takes time. */
const MAX_ERRORS = 10;
/** By their size, not by their number: a text of 40 KB can become a document of 8 MB. */
const MAX_CACHED_BYTES = 32 * 1024 * 1024;
/** Measured on documents full of one-letter fields, the worst there are. */
const BYTES_PER_TOKEN = 420;

/** What became of a text: a document to execute, or the errors to answer with. */
export interface Parsed {
  /** Null where the text is no document. */
  readonly document: DocumentNode | null;
  /** Masked. */
  readonly errors: readonly GraphQLError[];
}

export type OperationArguments = Pick<
  ExecutionArgs,
  "document" | "variableValues" | "operationName" | "contextValue" | "rootValue"
>;

/** An operation and who sends it. */
export interface Asked {
  readonly principal: Principal;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
}

export interface Operations {
  /**
   * The text of the document that is asked for, by itself or by its id; null where none is.
   * @throws AppError FORBIDDEN where the id is not listed, BAD_USER_INPUT where nothing is.
   */
  textOf(wish: DocumentWish): string | null;
  /** Parses, measures and validates a text, or remembers what became of it. */
  parse(text: string): Parsed;
  /** Why an operation must not run with these variables; null where it may. */
  refusalOf(args: Pick<OperationArguments, "document" | "variableValues">): GraphQLError | null;
  /**
   * Makes what the resolvers of one request share. There is no other way to it, and so none past the scopes.
   * @throws AppError FORBIDDEN where the principal may not do all that the operation asks for.
   */
  createContext(asked: Asked): RequestContext;
  /** Runs a query or a mutation. Its errors are masked. */
  execute(args: OperationArguments): Promise<ExecutionResult>;
  /** The same for an answer that is sent as text: where it is long, it may be text already. */
  executeAsText(args: OperationArguments): Promise<TextResult>;
  /** Opens a subscription over HTTP, or says why it cannot be. Neither its errors nor those of its stream are masked. */
  subscribe(args: OperationArguments): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

interface OperationsDeps {
  readonly schema: GraphQLSchema;
  readonly context: Context;
  readonly maskError: (error: unknown) => GraphQLError;
  /** What alone is answered; null: everything. */
  readonly allowList?: AllowList | null;
  /** Told of each query or mutation that was answered. */
  readonly onAnswered?: (answered: Answered) => void;
}

type Execute = (args: OperationArguments) => Promise<TextResult> | TextResult;

export const createOperations = (deps: OperationsDeps): Operations => {
  const { schema, context, maskError, allowList = null, onAnswered } = deps;
  const cache = new LRUCache<string, Parsed>({
    maxSize: MAX_CACHED_BYTES,
    sizeCalculation: ({ document }, text) => 2 * text.length + BYTES_PER_TOKEN * (1 + (document?.tokenCount ?? 0)),
  });

  /** What those documents may cost whose lists are as long as variables say. */
  const costs = new WeakMap<DocumentNode, Cost>();

  const parseNew = (text: string): Parsed => {
    try {
      checkSize(text);
      const parsed = parseShort(text);
      cache.set(text, parsed);
      return parsed;
    } catch (error) {
      return { document: null, errors: [maskError(error)] };
    }
  };

  const parseShort = (text: string): Parsed => {
    try {
      const document = parse(text, { maxTokens: LIMITS.tokens });
      checkListed(document, allowList);
      const cost = measureDocument(document, schema);
      if (typeof cost !== "number") costs.set(document, cost);
      const errors = validate(schema, document, undefined, { maxErrors: MAX_ERRORS, hideSuggestions: true });
      return { document, errors: errors.map(maskError) };
    } catch (error) {
      // A wrong text stays wrong.
      if (error instanceof GraphQLError || error instanceof AppError)
        return { document: null, errors: [maskError(error)] };
      throw error;
    }
  };

  const refusalOf: Operations["refusalOf"] = ({ document, variableValues }) => {
    try {
      checkCost(costWith(costs.get(document) ?? 0, variableValues));
      return null;
    } catch (error) {
      return maskError(error);
    }
  };

  // graphql-js 17 makes and aborts an AbortController in each execution: an `ingestEvent` takes it 16 µs, and this
  // executor 8 µs.
  const execute: Execute = (args) => normalizedExecutor({ ...args, schema }) as Promise<ExecutionResult>;
  const write = createWriteAggregations(schema);
  const executeAsText: Execute = (args) => write(args) ?? execute(args);

  const shownOf = ({ data }: ExecutionResult, errors: readonly GraphQLError[]): readonly GraphQLError[] =>
    (data === undefined ? errors.slice(0, MAX_ERRORS) : errors).map(maskError);

  const refused = (args: OperationArguments): ExecutionResult | null => {
    const refusal = refusalOf(args);
    return refusal && { errors: [refusal] };
  };

  const answer = async (args: OperationArguments, run: Execute): Promise<TextResult> => {
    const beganAtMs = performance.now();
    const result = refused(args) ?? (await run(args));
    const shown = result.errors === undefined ? result : { ...result, errors: shownOf(result, result.errors) };
    onAnswered?.({
      name: nameOf(args),
      seconds: (performance.now() - beganAtMs) / 1_000,
      codes: shown.errors?.map(({ extensions }) => String(extensions.code)) ?? [],
    });
    return shown;
  };

  return {
    textOf: (wish) => textOf(wish, allowList),
    parse: (text) => cache.get(text) ?? parseNew(text),
    refusalOf,
    createContext: ({ principal, document, operationName }) => {
      checkScopes(principal, document, operationName);
      return createRequestContext(narrow(context, principal), principal);
    },
    execute: (args) => answer(args, execute),
    executeAsText: (args) => answer(args, executeAsText),
    subscribe: async (args) => refused(args) ?? normalizedExecutor({ ...args, schema }),
  };
};

/** The name that the client gave it, else that of its first field, as the schema has it. */
const nameOf = ({ document, operationName }: OperationArguments): string => {
  const operation = getOperationAST(document, operationName);
  if (operation?.name !== undefined) return operation.name.value;
  const [first] = operation?.selectionSet.selections ?? [];
  return first?.kind === Kind.FIELD ? first.name.value : OTHER;
};
