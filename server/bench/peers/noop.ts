// Yoga with its defaults and a mutation that does nothing: what GraphQL over HTTP alone costs.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSchema, createYoga } from "graphql-yoga";
import { serveParent } from "../parent.ts";

const schema = createSchema({
  typeDefs: "type Query { ok: Boolean! } type Mutation { noop: Boolean! }",
  resolvers: { Query: { ok: () => true }, Mutation: { noop: () => true } },
});

const server = createServer(createYoga({ schema }));
server.listen(0, "127.0.0.1", () => {
  serveParent({ url: `http://localhost:${(server.address() as AddressInfo).port}` }, () => null);
});
