// graphql-ws as its documentation shows it, with a mutation that does nothing. With the argument "same" the schema is
// Surecount's and the mutation has the same document and an answer of the same shape; else both are as small as can be.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { serveParent } from "../parent.ts";

const isSame = process.argv[2] === "same";

const small = buildSchema("type Query { ok: Boolean! } type Mutation { noop: Boolean! }");
const answer = {
  __typename: "EventAccepted",
  outcome: "ACCEPTED",
  receipt: { seq: 1_234_567, at: "2026-01-31T12:00:00.123Z", fingerprint: "0123456789abcdef".repeat(4) },
  warnings: [],
  event: { id: "RXZlbnQ6MTIzNDU2Nw==", amount: "1234.56" },
};

const schema = isSame ? buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8")) : small;

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/graphql" });
useServer({ schema, roots: { mutation: { noop: () => true, ingestEvent: () => answer } } }, server);

server.once("listening", () => {
  serveParent({ url: `http://localhost:${(server.address() as AddressInfo).port}` }, () => null);
});
