// GraphQL over HTTP in all its forms: GET, forms, server-sent events, and every request that is not as it
// should be. Yoga reads the request and shapes the answer; what lies between is common to all ways.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { DocumentNode, GraphQLError, GraphQLSchema } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import type { Principal } from "../domain/principal.ts";
import type { RequestContext } from "../graphql/context.ts";
import { hasFixedStatus } from "../graphql/errors.ts";
import type { Operations, Parsed } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import { endWith } from "./end-with.ts";

interface YogaDeps {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
  readonly auth: Pick<Auth, "watch">;
}

/** What comes with each request besides what Yoga knows. */
interface Sender {
  readonly principal: Principal;
}

interface YogaRequest extends Sender {
  readonly request: IncomingMessage;
  readonly body: string | null;
}

/** Answers a request whose body was read, or that has none. @throws AppError BAD_USER_INPUT for broken parameters. */
export const createYogaHandler = ({ schema, operations, maskError, log, auth }: YogaDeps) => {
  const yoga = createYoga<Sender, RequestContext>({
    schema,
    context: ({ principal, params: { query = "", operationName } }) => {
      const { document } = operations.parse(query);
      if (document === null) throw new Error("What is no document has no context.");
      return operations.createContext({ principal, document, operationName });
    },
    plugins: [passOn(operations)],
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
    parserAndValidationCache: false,
    graphiql: false,
    extraParamNames: ["documentId"],
  });

  return async ({ request, body, principal }: YogaRequest, response: ServerResponse): Promise<void> => {
    checkParameters(request, body);
    const asked = {
      ...{ method: request.method ?? "GET", headers: request.headers as Record<string, string> },
      ...{ signal: signalOf(response), ...(body === null ? {} : { body }) },
    };
    const answer = await yoga.fetch(`http://localhost${request.url}`, asked, { principal });
    const isSilent = !answer.ok && answer.body === null;
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...(isSilent ? jsonHeaders : {}) });
    if (!isStream || answer.body === null) {
      endWith(response, isSilent ? refusalText(answer.status) : await answer.text());
      return;
    }
    response.once(
      "close",
      auth.watch(principal, () => response.destroy()),
    );
    await pipe(answer.body, response);
  };
};

/** Aborts where the connection ends before its answer: doing so after each answer takes 3 µs and more. */
const signalOf = (response: ServerResponse): AbortSignal => {
  const aborter = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) aborter.abort();
  });
  return aborter.signal;
};

const jsonHeaders = { "content-type": "application/json; charset=utf-8" };

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

/** Lets the operations do what Yoga would do by itself. */
const passOn = (operations: Operations): Plugin => {
  const parsedOf = new WeakMap<DocumentNode, Parsed>();
  const parse = (text: string): DocumentNode => {
    const parsed = operations.parse(text);
    if (parsed.document === null) throw parsed.errors[0];
    parsedOf.set(parsed.document, parsed);
    return parsed.document;
  };
  return {
    onParams: ({ params, request, setParams }) => {
      // A document that is named by an id takes the place of one that is sent. Yoga does not read this one from a URL.
      const documentId =
        request.method === "GET"
          ? new URL(request.url).searchParams.get("documentId")
          : Reflect.get(params, "documentId");
      const text = operations.textOf({ ...params, documentId });
      if (text === null) return;
      // Yoga would take what keeps no limit for a document that is none, and answer 200 where JSON is asked for.
      const refusal = operations.parse(text).errors.find(hasFixedStatus);
      if (refusal !== undefined) throw refusal;
      if (text !== params.query) setParams({ ...params, query: text });
    },
    onParse: ({ setParseFn }) => setParseFn(parse),
    onValidate: ({ setValidationFn }) =>
      setValidationFn((_schema: unknown, document: DocumentNode) => parsedOf.get(document)?.errors),
    onExecute: ({ setExecuteFn }) => setExecuteFn(operations.executeAsText),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(operations.subscribe),
  };
};
