// Pages of other origins may ask this server where a setting names them, exactly: without it there is no CORS at all.
import type { IncomingMessage, ServerResponse } from "node:http";

const ALLOWED_METHODS = "GET, POST";
const ALLOWED_HEADERS = "accept, authorization, content-type";
const EXPOSED_HEADERS = "retry-after, ratelimit, ratelimit-policy";
const MAX_AGE_SECONDS = "600";

export interface Cors {
  /** Whether a page of an origin that was named makes the request. */
  admits(request: Pick<IncomingMessage, "headers">): boolean;
  /** Says so in the answer. True where the request only asked whether it may, and has its answer. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
}

export const createCors = (origins: readonly string[]): Cors => {
  const admits: Cors["admits"] = ({ headers }) => headers.origin !== undefined && origins.includes(headers.origin);

  const answer: Cors["answer"] = (request, response) => {
    if (origins.length === 0) return false;
    response.setHeader("vary", "origin");
    if (!admits(request)) return false;
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "");
    response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
    response.writeHead(204, {
      "access-control-allow-methods": ALLOWED_METHODS,
      "access-control-allow-headers": ALLOWED_HEADERS,
      "access-control-max-age": MAX_AGE_SECONDS,
    });
    response.end();
    return true;
  };
  return { admits, answer };
};
