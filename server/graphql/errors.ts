// Every error that leaves the server gets its code, whether a retry helps and the fitting HTTP status here, on both
// transports. Faults are logged with an id and told to the client by that id alone.
import { randomUUID } from "node:crypto";
import { GraphQLError } from "graphql";
import { AppError, withoutStack } from "../domain/error.ts";
import type { Log } from "../log.ts";

const MAX_MESSAGE_LENGTH = 500;

/** Turns anything thrown into the error that the client may see: one for each fault, however many it meets. */
export const createErrorMask = (log: Log) => {
  const shownOf = new WeakMap<object, GraphQLError>();
  return (error: unknown): GraphQLError => {
    const key = error instanceof Error ? error : {};
    const shown = shownOf.get(key) ?? toShown(error, log);
    shownOf.set(key, shown);
    shownOf.set(shown, shown);
    return shown;
  };
};

const toShown = (error: unknown, log: Log): GraphQLError => {
  const original = originalOf(error);
  if (original instanceof AppError) return toGraphQLError(original, error, log);
  if (original instanceof RangeError && /call stack/.test(original.message))
    return toGraphQLError(new AppError("BAD_USER_INPUT", "The document is nested too deeply."), error, log);
  if (original instanceof GraphQLError) return toInputError(error as GraphQLError, original);
  return toGraphQLError(new AppError("INTERNAL", "", { cause: original }), error, log);
};

/** As the draft of the IETF (draft-ietf-httpapi-ratelimit-headers) has them. */
const rateHeaders = ({ rateLimit }: AppError["details"]): Readonly<Record<string, string>> => {
  if (!isRateLimit(rateLimit)) return {};
  const { of, limit, remaining, resetAt } = rateLimit;
  const seconds = Math.max(1, Math.ceil((Date.parse(resetAt) - Date.now()) / 1_000));
  return { "ratelimit-policy": `"${of}";q=${limit};w=60`, ratelimit: `"${of}";r=${remaining};t=${seconds}` };
};

const isRateLimit = (value: unknown): value is { of: string; limit: number; remaining: number; resetAt: string } =>
  typeof value === "object" && value !== null && "limit" in value && "resetAt" in value;

/** Whether its status is the same for every media type. */
export const hasFixedStatus = ({ extensions: { http } }: GraphQLError): boolean =>
  typeof http === "object" && http !== null && "spec" in http && http.spec === false;

/** What is meant for the HTTP layer alone. */
export const withoutHttp = (error: GraphQLError): GraphQLError => {
  const { http: _http, ...extensions } = error.extensions;
  return copyOf(error, error.message, extensions);
};

const originalOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError !== undefined ? originalOf(error.originalError) : error;

const toGraphQLError = (appError: AppError, located: unknown, log: Log): GraphQLError => {
  const { code, status, retryable, retryAfterMs, details } = appError;
  const headers = {
    ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) }),
    ...(code === "UNAUTHENTICATED" ? { "www-authenticate": "Bearer" } : {}),
    ...rateHeaders(details),
  };
  const isFault = code === "INTERNAL";
  const errorId = isFault ? { errorId: randomUUID() } : {};
  if (isFault) log.error({ ...errorId, err: appError.cause ?? appError }, "a fault while answering a request");
  const message = isFault
    ? "Something went wrong in the server. The error id leads to it in the server's log."
    : appError.message;
  const extensions = {
    ...{ ...details, code, retryable, ...errorId },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    http: { spec: false, status, headers },
  };
  return located instanceof GraphQLError
    ? copyOf(located, message, extensions)
    : withoutStack(() => new GraphQLError(message, { extensions }));
};

/**
 * What GraphQL itself refuses. Bad documents have no status yet: with some media types the protocol wants 200 for them
 * (`spec`). All else has one, and that counts for every media type. The outer error knows the place, its cause what is wrong
 * there.
 */
const toInputError = (error: GraphQLError, cause: GraphQLError): GraphQLError => {
  const { http } = error.extensions;
  return copyOf(error, toShownText(placeOf(error, cause) + cause.message), {
    ...{ code: "BAD_USER_INPUT", retryable: false },
    http: typeof http === "object" ? { ...http, spec: false } : { spec: true, status: 400 },
  });
};

const variableStart = /^Variable "\$(\w+)" got invalid value /;
const variablePath = / at "(\w+[.[][^"]*)"; $/;

/** Which part of which variable is wrong, without its value, which may be long; empty where it is none. */
const placeOf = (error: GraphQLError, cause: GraphQLError): string => {
  if (error === cause) return "";
  const prefix = error.message.slice(0, -cause.message.length);
  const name = variableStart.exec(prefix)?.[1];
  return name === undefined ? "" : `Variable "$${variablePath.exec(prefix)?.[1] ?? name}": `;
};

/** GraphQL repeats what was sent, and guesses at names: nobody is told names that they do not know. */
const toShownText = (message: string): string => {
  const text = message.slice(0, 2 * MAX_MESSAGE_LENGTH).replace(/ Did you mean [^?]*\?/g, "");
  return text.length <= MAX_MESSAGE_LENGTH ? text : `${text.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()}…`;
};

const copyOf = (error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError =>
  withoutStack(() => {
    const { nodes, source, positions, path } = error;
    return new GraphQLError(message, { nodes, source, positions, path, extensions });
  });
