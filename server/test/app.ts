// The fixture of the end-to-end tests: the real server on a free port and a database of its own, and clients for it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, type ClientOptions, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { findQueue } from "../intake/queues.ts";
import type { Log } from "../log.ts";
import type { Tracing } from "../trace/tracing.ts";
import { temporaryFile, temporaryFolder } from "./temporary.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where they differ.
type Answer = any;

export interface TestApp {
  readonly url: string;
  readonly databaseFile: string;
  /** The data of an operation. @throws Error with the errors where there are any. */
  ask(query: string, variables?: object): Promise<Answer>;
  /** The whole HTTP answer of an operation. */
  post(
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: Answer }>;
  ingest(event: unknown, more?: object): Promise<Answer>;
  connect(options?: Partial<ClientOptions>): Client;
  close(): Promise<void>;
}

const INGEST = `mutation ($input: IngestEventInput!) {
  ingestEvent(input: $input) {
    __typename outcome receipt { seq at fingerprint } warnings { code path message }
    ... on EventAccepted { event { id seq client metric unit amount timestamp } }
    ... on EventDuplicate { event { id seq } differences { path existing received } }
    ... on EventConflict { existing { id seq } differences { path existing received } failure { id kind state } }
    ... on EventRejected { problems { code path message hint input } failure { id kind state timesSeen } }
  }
}`;

interface Surroundings {
  /** The clock of the server, in microseconds since 1970. */
  readonly now?: () => number;
  /** The queue that it takes events from. */
  readonly queueUrl?: string;
  /** How long the other end of a file may send or take nothing. */
  readonly stallLimitMs?: number;
  readonly log?: Log;
  readonly tracing?: Tracing;
}

/** Where a server gets its database from that is not told. */
export const databases = { create: async (): Promise<string> => temporaryFile("surecount.db") };

export const startApp = async (
  settings: Record<string, string> = {},
  { queueUrl, ...around }: Surroundings = {},
): Promise<TestApp> => {
  const dashboard = temporaryFolder();
  writeFileSync(join(dashboard, "index.html"), "<!doctype html><title>Surecount</title>");
  const databaseFile = settings.DATABASE_URL ?? (await databases.create());
  const config = readConfig({
    PORT: "0",
    LOG_LEVEL: "silent",
    ...settings,
    DATABASE_URL: databaseFile,
  });
  const queue = queueUrl === undefined ? undefined : await findQueue(queueUrl);
  const app = await createApp({ config, dashboard, queue, ...around });

  const post: TestApp["post"] = async (query, variables = {}, headers = {}) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json",
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    };
  };
  const ask: TestApp["ask"] = async (query, variables) => {
    const { body } = await post(query, variables);
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  return {
    url: app.url,
    databaseFile,
    post,
    ask,
    ingest: async (event, more = {}) => (await ask(INGEST, { input: { event, ...more } })).ingestEvent,
    connect: (options) =>
      createClient({
        ...{
          url: `${app.url.replace("http", "ws")}/graphql`,
          webSocketImpl: WebSocket,
        },
        ...{
          retryAttempts: Number.POSITIVE_INFINITY,
          shouldRetry: () => true,
          retryWait: () => Promise.resolve(),
        },
        ...options,
      }),
    close: app.close,
  };
};

/** A typical event; `change` overrides what it says. */
export const sale = (change: object = {}): object => ({
  ...{
    client: "kiosk",
    metric: "sale",
    amount: 10,
    timestamp: "2026-01-31T12:00:00Z",
  },
  ...change,
});
