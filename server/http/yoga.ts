// GraphQL over HTTP: Yoga on the schema, with its own limits replaced by ours.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse } from "graphql";
import { createYoga, type Plugin, type YogaServerInstance } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import { AppError } from "../domain/error.ts";
import { type Context, createRequestContext, type RequestContext } from "../graphql/context.ts";
import { EXAMPLES } from "../graphql/examples.ts";
import type { Log } from "../log.ts";
import { readBody } from "./body.ts";

const MAX_TOKENS = 20_000;
/** By the length of their texts: a cache that counts documents can be filled with huge ones. */
const MAX_CACHED_CHARACTERS = 4_000_000;

interface GraphQLDeps {
  readonly schema: GraphQLSchema;
  readonly context: Context;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
  readonly maxBodyBytes: number;
}

export interface GraphQLHandler {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  readonly getEnveloped: YogaServerInstance<object, RequestContext>["getEnveloped"];
}

export const createGraphQL = ({ schema, context, maskError, log, maxBodyBytes }: GraphQLDeps): GraphQLHandler => {
  const yoga = createYoga<object, RequestContext>({
    schema,
    context: () => createRequestContext(context),
    plugins: [limitTokens, maskValidation(maskError)],
    maskedErrors: { maskError },
    logging: {
      debug: noLog,
      info: noLog,
      warn: (...args) => log.warn({ args }, "graphql"),
      error: noLog,
    },
    graphqlEndpoint: "/graphql",
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: false,
    parserAndValidationCache: {
      documentCache: createCache<DocumentNode>(),
      errorCache: createCache<Error>(),
    },
    graphiql: {
      title: "Surecount",
      defaultQuery: EXAMPLES,
      subscriptionsProtocol: "WS",
    },
    renderGraphiQL,
  });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const aborter = new AbortController();
    response.once("close", () => aborter.abort());
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const body = hasBody ? await readBody(request, maxBodyBytes) : null;
    checkParameters(request, body);
    const answer = await yoga.fetch(`http://localhost${request.url}`, {
      method: request.method ?? "GET",
      headers: request.headers as Record<string, string>,
      signal: aborter.signal,
      ...(body === null ? {} : { body }),
    });
    const isSilent = !answer.ok && answer.body === null;
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (!isStream || answer.body === null) {
      response.end(isSilent ? refusalText(answer.status) : await answer.text());
      return;
    }
    await pipe(answer.body, response);
  };

  return { handle, getEnveloped: yoga.getEnveloped };
};

/** Yoga refuses media types without a word. */
const refusalText = (status: number): string =>
  JSON.stringify({
    errors: [
      {
        message: `${STATUS_CODES[status]}. Send application/json, and accept application/json or application/graphql-response+json.`,
        extensions: { code: "BAD_USER_INPUT", retryable: false },
      },
    ],
  });

/** Parameters of a URL or a form hold JSON of their own, which Yoga takes for granted. */
const checkParameters = ({ url, headers }: IncomingMessage, body: string | null): void => {
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const texts = [url?.split("?", 2)[1] ?? "", isForm && body !== null ? body : ""];
  for (const parameters of texts.map((text) => new URLSearchParams(text)))
    for (const name of ["variables", "extensions"])
      if (!isJson(parameters.get(name) ?? "null"))
        throw new AppError("BAD_USER_INPUT", `The parameter ${name} is not JSON.`);
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Writes a stream as fast as its reader takes it; a reader that goes away ends it at once, even while it waits. */
const pipe = async (stream: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> => {
  const reader = stream.getReader();
  // Whoever could be told of a failing farewell has gone.
  response.once("close", () => reader.cancel().catch(() => undefined));
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
    if (!response.write(chunk.value)) await drained(response);
  response.end();
};

/** Resolves as well when the connection is gone: then nothing will be drained any more. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once("drain", resolve);
    response.once("close", resolve);
  });

// Errors are logged by maskError, which knows which of them are faults.
const noLog = (): void => {};

const createCache = <T extends object>(): LRUCache<string, T> =>
  new LRUCache({
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + 1,
  });

/** Validation has errors of its own, which do not pass by the mask. */
const maskValidation = (maskError: GraphQLDeps["maskError"]): Plugin => ({
  onValidate: () => (options) => {
    if (!options.valid) options.setResult(options.result.map(maskError));
  },
});

const limitTokens: Plugin = {
  onParse: ({ setParseFn }) => {
    setParseFn((source: string, options?: object) => parse(source, { ...options, maxTokens: MAX_TOKENS }));
  },
};
