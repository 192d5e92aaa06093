// The short way to an answer, for what nearly every request is: one operation as a JSON object, sent by POST, that is
// no subscription. It gives what Yoga would give (a test sends both the same requests) for less work: with 64 or 256
// `ingestEvent` in flight the server takes 1.4 times as many a second, database and all, and its main thread has 28 µs
// to do for each without the database, against 41 µs by Yoga.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type DocumentNode, type GraphQLError, getOperationAST } from "graphql";
import { type FetchAPI, processRegularResult } from "graphql-yoga";
import type { Principal } from "../domain/principal.ts";
import type { TextResult } from "../graphql/aggregations-text.ts";
import type { Operations } from "../graphql/operations.ts";
import { endWith, sendPieces } from "./end-with.ts";

const JSON_TYPE = "application/json";

/** What is answered, by the first media type that is accepted. */
const answerTypes: ReadonlyMap<string, string> = new Map([
  ["*/*", JSON_TYPE],
  [JSON_TYPE, JSON_TYPE],
  ["application/graphql-response+json", "application/graphql-response+json"],
]);

interface PostDeps {
  readonly operations: Operations;
  readonly maskError: (error: unknown) => GraphQLError;
}

interface PostRequest {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly principal: Principal;
}

interface Parameters {
  readonly query?: string | null;
  readonly documentId?: string | null;
  readonly extensions?: Record<string, unknown> | null;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** Answers the request where it can be answered this way, or resolves to false with nothing done. */
export const createPost =
  ({ operations, maskError }: PostDeps) =>
  async ({ request, body: sent, principal }: PostRequest, response: ServerResponse): Promise<boolean> => {
    const answerType = answerTypeOf(request);
    if (answerType === null) return false;
    const parameters = readParameters(sent);
    if (parameters === null) return false;
    const { variables, operationName } = parameters;
    const text = operations.textOf(parameters);
    if (text === null) return false;
    const { document, errors } = operations.parse(text);
    if (document === null || errors.length > 0 || !isAnswered(document, operationName)) return false;
    const answer = async (): Promise<TextResult> => {
      const contextValue = operations.createContext({ principal, document, operationName });
      return operations.executeAsText({ document, variableValues: variables, operationName, contextValue });
    };
    const result = await answer().catch((error: unknown): TextResult => ({ errors: [maskError(error)] }));
    if (result.pieces !== undefined) {
      sendPieces(response, result.pieces, `${answerType}; charset=utf-8`);
      return true;
    }
    // Yoga knows which status an error has for which media type.
    const { status, headers, text: body } = processRegularResult(result, answers, answerType) as unknown as Answer;
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    endWith(response, body);
    return true;
  };

/** The media type of the answer; null where Yoga has to look at the request. */
const answerTypeOf = ({ method, url, headers }: IncomingMessage): string | null => {
  if (method !== "POST" || url !== "/graphql") return null;
  const { "content-type": contentType = "", accept = JSON_TYPE } = headers;
  if (contentType !== JSON_TYPE && !contentType.startsWith(`${JSON_TYPE};`)) return null;
  const comma = accept.indexOf(",");
  return answerTypes.get(comma === -1 ? accept : accept.slice(0, comma)) ?? null;
};

/** Null where the body is not what it should be: Yoga says what is wrong with it. */
const readParameters = (body: string): Parameters | null => {
  const parameters = parseObject(body);
  for (const name in parameters) if (!isParameter(name, parameters[name])) return null;
  return parameters;
};

const parseObject = (body: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

const isParameter = (name: string, value: unknown): boolean => {
  if (name === "query" || name === "operationName" || name === "documentId")
    return typeof value === "string" || value === null;
  return (name === "variables" || name === "extensions") && (value === null || isObject(value));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isAnswered = (document: DocumentNode, operationName: string | null | undefined): boolean => {
  const operation = getOperationAST(document, operationName);
  return operation !== null && operation !== undefined && operation.operation !== "subscription";
};

interface Answer {
  readonly text: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Called by Yoga as the constructor of a fetch API's Response, which would have to be taken apart again. */
function createAnswer(text: string, init: Omit<Answer, "text">): Answer {
  return { text, ...init };
}

const answers = { Response: createAnswer } as unknown as FetchAPI;
