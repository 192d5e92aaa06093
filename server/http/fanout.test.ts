import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import {
  GraphQLBoolean,
  type GraphQLError,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import { type Client, createClient } from "graphql-ws";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { anyone } from "../domain/principal.ts";
import type { Context } from "../graphql/context.ts";
import { createErrorMask } from "../graphql/errors.ts";
import { createOperations } from "../graphql/operations.ts";
import { createLog } from "../log.ts";
import type { FeedBatch } from "../pipeline/batches.ts";
import { createFeed, type Feed } from "../pipeline/feed.ts";
import { createSlices } from "../slices.ts";
import { createMemoryLog, seqsOf } from "../test/memory-log.ts";
import { untraced } from "../trace/tracing.ts";
import { createRoom } from "./room.ts";
import { createWebSockets } from "./websocket.ts";

const MAX_BATCH = 10;
const PADDING_BYTES = 1_000_000;

interface SchemaDeps {
  readonly feed: Feed;
  /** How often a batch was looked into. */
  readonly counts: { executions: number };
}

const createSchema = ({ feed, counts }: SchemaDeps): GraphQLSchema => {
  const batch = new GraphQLObjectType<FeedBatch>({
    name: "Batch",
    fields: {
      seqs: {
        type: new GraphQLList(GraphQLInt),
        args: { times: { type: GraphQLInt, defaultValue: 1 } },
        resolve: ({ entries }, { times }) => {
          counts.executions += 1;
          return entries.map(({ seq }) => seq * times);
        },
      },
      padding: { type: GraphQLString, resolve: ({ entries }) => (entries.length > 0 ? "x".repeat(PADDING_BYTES) : "") },
      broken: {
        type: GraphQLString,
        resolve: () => {
          throw new Error("secret");
        },
      },
    },
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: "Query", fields: { isThere: { type: GraphQLBoolean, resolve: () => true } } }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: {
        feed: {
          type: new GraphQLNonNull(batch),
          args: { after: { type: GraphQLInt } },
          subscribe: (_root, { after }) => feed.subscribe({ after: after ?? null, filter: {} }),
          resolve: (value) => value,
        },
        numbers: {
          type: GraphQLInt,
          subscribe: async function* () {
            yield* [1, 2, 3];
          },
          resolve: (value) => value,
        },
      },
    }),
  });
};

/** A server whose schema counts how often a batch is looked into, over a log in memory. */
const startServer = async () => {
  const log = createMemoryLog();
  const inSlices = createSlices();
  const feed = createFeed({
    storage: log.storage,
    heartbeatMs: 60_000,
    maxBatch: MAX_BATCH,
    paceMs: 5,
    pollMs: 60_000,
    inSlices,
  });
  const counts = { executions: 0 };
  const faults = new Set<GraphQLError>();
  const schema = createSchema({ feed, counts });

  const silent = createLog("silent");
  const mask = createErrorMask(silent);
  const maskError = (error: unknown) => {
    const shown = mask(error);
    faults.add(shown);
    return shown;
  };
  const server = createServer();
  const connections: Socket[] = [];
  server.on("connection", (socket) => connections.push(socket));
  const operations = createOperations({ schema, context: {} as Context, maskError });
  const sockets = createWebSockets({
    ...{ server, schema, operations, tracing: untraced, maskError, log: silent, inSlices },
    room: createRoom(1_000_000),
    ...{ maxPayloadBytes: 10_000, maxSockets: 1_000, pingIntervalMs: 60_000, isForeign: () => false },
    auth: { authenticate: () => anyone, watch: () => () => undefined },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const close = async () => {
    await sockets.close();
    feed.close();
    server.close();
  };
  return { url, log, feed, counts, faults, connections, close };
};

type Server = Awaited<ReturnType<typeof startServer>>;
let server: Server;
const clients: Client[] = [];
beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  await server.close();
});

/** A client, the socket that it uses, and whatever its subscriptions were told. */
const connect = () => {
  let socket: WebSocket | undefined;
  const client = createClient({ url: server.url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
  client.on("connected", (connected) => {
    socket = connected as WebSocket;
  });
  clients.push(client);
  const subscribe = (query: string, variables: Record<string, unknown> = {}) => {
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where they differ.
    const results: any[] = [];
    const state = { results, isComplete: false, leave: () => {} };
    state.leave = client.subscribe(
      { query, variables },
      {
        next: (result) => results.push(result),
        error: (errors) => results.push({ errors }),
        complete: () => {
          state.isComplete = true;
        },
      },
    );
    return state;
  };
  return { subscribe, socket: () => socket };
};
type Subscription = ReturnType<ReturnType<typeof connect>["subscribe"]>;

const seqsSeen = ({ results }: Subscription) => results.flatMap(({ data }) => data?.feed?.seqs ?? []);
const atStart = (subscriptions: readonly Subscription[]) =>
  expect.poll(() => subscriptions.every(({ results }) => results.length > 0), { timeout: 20_000 }).toBe(true);

/** Adds entries, one batch at a time, and waits until they have come to these subscriptions. */
const commit = async (subscriptions: readonly Subscription[], count = 1) => {
  server.log.add("a", count);
  server.feed.wake();
  const last = server.log.entries.length;
  await expect
    .poll(() => subscriptions.every((subscription) => seqsSeen(subscription).at(-1) === last), { timeout: 20_000 })
    .toBe(true);
};

test("all who select the same share one execution, wherever each of them began", async () => {
  server.log.add("a", 3);
  const query = "subscription ($after: Int) { feed(after: $after) { seqs } }";
  const subscriptions = [0, 1, 2, 3, null].map((after) => connect().subscribe(query, { after }));
  await atStart(subscriptions);
  const before = server.counts.executions;
  await commit(subscriptions, 2);
  expect(server.counts.executions).toBe(before + 1);
  expect(subscriptions.map((subscription) => seqsSeen(subscription).join(""))).toEqual([
    "12345",
    "2345",
    "345",
    "45",
    "45",
  ]);
});

test("those who select something else get that, from the same reading", async () => {
  const query = "subscription ($times: Int, $after: Int) { feed(after: $after) { seqs(times: $times) } }";
  const once = connect().subscribe("subscription { feed { seqs } }");
  const twice = connect().subscribe(query, { times: 2 });
  const thrice = connect().subscribe(query, { times: 3, after: 0 });
  await atStart([once, twice, thrice]);
  const [executions, asked] = [server.counts.executions, server.log.asked.length];
  await commit([once], 2);
  await expect
    .poll(() => [twice, thrice].map(seqsSeen))
    .toEqual([
      [2, 4],
      [3, 6],
    ]);
  expect(server.counts.executions).toBe(executions + 3);
  expect(server.log.asked.length).toBe(asked + 1);
});

test("an error of a shared execution reaches all, masked, as one fault", async () => {
  const subscriptions = [1, 2, 3].map(() => connect().subscribe("subscription { feed { seqs broken } }"));
  await atStart(subscriptions);
  const before = server.faults.size;
  await commit(subscriptions);
  const errors = subscriptions.map(({ results }) => results.at(-1).errors);
  expect(errors[0]).toMatchObject([{ path: ["feed", "broken"], extensions: { code: "INTERNAL" } }]);
  expect(JSON.stringify(errors)).not.toContain("secret");
  expect(errors[1]).toEqual(errors[0]);
  expect(errors[2]).toEqual(errors[0]);
  expect(server.faults.size).toBe(before + 1);
});

test("an answer with an error is not kept for those who come later", async () => {
  const query = "subscription ($after: Int) { feed(after: $after) { seqs broken } }";
  const first = connect().subscribe(query);
  await atStart([first]);
  await commit([first]);
  const { executions } = server.counts;
  const late = connect().subscribe(query, { after: 0 });
  await expect.poll(() => late.results.length).toBe(1);
  expect(server.counts.executions).toBe(executions + 1);
});

test("a source that breaks ends its subscriptions with the reason, as one fault, and the sockets stay open", async () => {
  const { subscribe } = connect();
  const subscriptions = [
    subscribe("subscription { feed { seqs } }"),
    connect().subscribe("subscription { feed { seqs } }"),
  ];
  await atStart(subscriptions);
  server.log.breakWith(new Error("no disk"));
  server.feed.wake();
  await expect.poll(() => subscriptions.every(({ isComplete }) => isComplete)).toBe(true);
  const [one, other] = subscriptions.map(({ results }) => results.at(-1));
  expect(one).toMatchObject({ errors: [{ extensions: { code: "INTERNAL" } }] });
  expect(other).toEqual(one);
  expect(server.faults.size).toBe(1);
  expect(server.feed.subscribers).toBe(0);
  const question = subscribe("{ isThere }");
  await expect.poll(() => question.results).toEqual([{ data: { isThere: true } }]);
});

test("events that are no objects are delivered, and the end of their source is told", async () => {
  const numbers = connect().subscribe("subscription { numbers }");
  await expect.poll(() => numbers.isComplete).toBe(true);
  expect(numbers.results).toEqual([1, 2, 3].map((value) => ({ data: { numbers: value } })));
});

test("a variable that cannot be used is refused in words", async () => {
  const refused = connect().subscribe("subscription ($after: Int) { feed(after: $after) { seqs } }", { after: "x" });
  await expect.poll(() => refused.isComplete).toBe(true);
  expect(refused.results).toMatchObject([{ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] }]);
});

test("a stalled socket holds one message back, no one else up, and gets every entry once when it reads again", async () => {
  const query = "subscription { feed { seqs padding } }";
  const { subscribe, socket } = connect();
  const stalled = [subscribe(query), subscribe(query.replace("subscription", "subscription Other"))];
  await atStart(stalled);
  const connection = server.connections.at(-1);
  const quick = connect().subscribe(query);
  await atStart([quick]);
  socket()?.pause();

  let maxWaitingBytes = 0;
  // More than the buffers of the system take, which is some MB on either side.
  for (let round = 0; round < 30; round++) {
    await commit([quick], MAX_BATCH);
    maxWaitingBytes = Math.max(maxWaitingBytes, connection?.writableLength ?? 0);
  }
  expect(maxWaitingBytes).toBeGreaterThan(0);
  expect(maxWaitingBytes).toBeLessThan(1.1 * PADDING_BYTES);
  expect(quick.results.length).toBe(31);

  socket()?.resume();
  await commit([quick, ...stalled]);
  const all = seqsOf(server.log.entries);
  expect(stalled.map(seqsSeen)).toEqual([all, all]);
  expect(seqsSeen(quick)).toEqual(all);
});

test("whoever leaves without having taken the last message is gone at once", async () => {
  const { subscribe, socket } = connect();
  const stalled = subscribe("subscription { feed { seqs padding } }");
  await atStart([stalled]);
  const connection = server.connections.at(-1);
  socket()?.pause();
  for (let round = 0; round < 30 && connection?.writableLength === 0; round++) {
    server.log.add("a", MAX_BATCH);
    server.feed.wake();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(connection?.writableLength).toBeGreaterThan(0);
  expect(server.feed.subscribers).toBe(1);
  stalled.leave();
  await expect.poll(() => server.feed.subscribers).toBe(0);
});
