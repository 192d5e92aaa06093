// GraphQL over HTTP: reads the body, and chooses the way to its answer.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLError, GraphQLSchema } from "graphql";
import type { Operations } from "../graphql/operations.ts";
import type { Log } from "../log.ts";
import { readBody } from "./body.ts";
import { sendGraphiQL, wantsGraphiQL } from "./graphiql.ts";
import { createPost } from "./post.ts";
import { createYogaHandler } from "./yoga.ts";

interface GraphQLDeps {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly log: Log;
  readonly maxBodyBytes: number;
}

export const createGraphQL = ({ maxBodyBytes, ...deps }: GraphQLDeps) => {
  const post = createPost(deps.operations);
  const yoga = createYogaHandler(deps);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (wantsGraphiQL(request)) return sendGraphiQL(response);
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const body = hasBody ? await readBody(request, maxBodyBytes) : null;
    if (body !== null && (await post(request, body, response))) return;
    await yoga(request, body, response);
  };
};
