// GraphQL over HTTP: reads the body, and chooses the way to its answer.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLError, GraphQLSchema } from "graphql";
import type { Auth } from "../auth/authenticate.ts";
import { nobody } from "../domain/principal.ts";
import type { Operations } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import { readBody } from "./body.ts";
import { tokenOf } from "./credentials.ts";
import { sendGraphiQL, wantsGraphiQL } from "./graphiql.ts";
import { createPost } from "./post.ts";
import type { Room } from "./room.ts";
import { createYogaHandler } from "./yoga.ts";

interface GraphQLDeps {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
  readonly auth: Auth;
  readonly maxBodyBytes: number;
  readonly room: Room;
}

export const createGraphQL = ({ maxBodyBytes, room, ...deps }: GraphQLDeps) => {
  const { auth } = deps;
  const post = createPost(deps);
  const yoga = createYogaHandler(deps);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (wantsGraphiQL(request)) return sendGraphiQL(response);
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const body = hasBody ? await readBody(request, { maxBytes: maxBodyBytes, room }) : null;
    const found = isForPage(request) ? nobody : auth.authenticate(tokenOf(request.headers));
    // What is known at once is not waited for.
    const principal = found instanceof Promise ? await found : found;
    if (body !== null && (await post({ request, body, principal }, response))) return;
    await yoga({ request, body, principal }, response);
  };
};

/** A browser that opens GraphiQL, which tells nothing by itself. */
const isForPage = ({ method, headers: { accept = "" } }: IncomingMessage): boolean =>
  method === "GET" && accept.includes("text/html");
