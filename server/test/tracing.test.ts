// Traces as a collector gets them, which here is an HTTP server that keeps what it is sent.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { startTracing, type Tracing } from "../trace/tracing.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links?: readonly { readonly spanId: string }[];
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SOCKET_TRACE = "1af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const INGEST =
  'mutation Send($amount: JSON!) { ingestEvent(input: { event: { client: "a", metric: "b", amount: $amount, timestamp: "2026-01-31" } }) { outcome } }';

const spans: Span[] = [];
let resource: Span["attributes"] = [];
const collector = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  for (const { resource: of, scopeSpans } of JSON.parse(Buffer.concat(chunks).toString()).resourceSpans) {
    resource = of.attributes;
    for (const scope of scopeSpans) spans.push(...scope.spans);
  }
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
});

let app: TestApp;
let tracing: Tracing;
let receiver: Receiver;
beforeAll(async () => {
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_SERVICE_NAME: "counting-house",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
  };
  Object.assign(process.env, settings);
  tracing = await startTracing(process.env, createLog("silent"));
  for (const name of Object.keys(settings)) delete process.env[name];
  receiver = await startReceiver();
  app = await startApp({ WEBHOOKS: "any" }, { tracing });
  await sendEverything();
  await app.close();
  await tracing.close();
});
afterAll(async () => {
  collector.close();
  await receiver.close();
});

const sendEverything = async (): Promise<void> => {
  await app.ask(
    `mutation ($url: String!) { createWebhookEndpoint(input: { name: "peer", url: $url, kinds: [EVENT_REJECTED], windowSeconds: 0 }) { secret } }`,
    { url: receiver.url },
  );
  await app.post(INGEST, { amount: 1 }, { traceparent: `00-${TRACE}-${CALLER}-01` });
  await Promise.all(Array.from({ length: 30 }, (_, index) => app.post(INGEST, { amount: index + 2 })));
  const client = app.connect();
  const extensions = { traceparent: `00-${SOCKET_TRACE}-${CALLER}-01` };
  for await (const _ of client.iterate({ query: INGEST, variables: { amount: 100 }, extensions }));
  await client.dispose();
  await app.ingest(sale({ amount: "x" }));
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 45_000 });
};

const spanOf = (name: string, traceId: string): Span => {
  const found = spans.find((span) => span.name === name && span.traceId === traceId);
  if (found === undefined) throw new Error(`There is no span ${name}.`);
  return found;
};
const attribute = ({ attributes }: Pick<Span, "attributes">, key: string): unknown => {
  const value = attributes.find((one) => one.key === key)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
};

test("a request goes on with its sender's trace, each step below the one before, to the transaction", () => {
  const path = ["POST /graphql", "mutation Send", "ingest", "commit", "group", "transaction"];
  const steps = path.map((name) => spanOf(name, TRACE));
  expect(steps.map(({ parentSpanId }) => parentSpanId)).toEqual([
    CALLER,
    ...steps.slice(0, -1).map(({ spanId }) => spanId),
  ]);
  const [request, operation, , , , transaction] = steps as [Span, Span, Span, Span, Span, Span];
  expect(attribute(request, "http.response.status_code")).toBe(200);
  expect(attribute(operation, "graphql.operation.type")).toBe("mutation");
  expect(attribute(transaction, "db.system.name")).toBe("sqlite");
  expect(attribute(transaction, "surecount.lock_wait_seconds")).toBeGreaterThan(0);
});

test("an operation on a socket goes on with the trace that its client names", () => {
  const operation = spanOf("mutation Send", SOCKET_TRACE);
  expect(operation.parentSpanId).toBe(CALLER);
  expect(spanOf("ingest", SOCKET_TRACE).parentSpanId).toBe(operation.spanId);
});

test("a group stands below its first commit, and is linked to the others, and they to it", () => {
  const commits = new Map(spans.filter(({ name }) => name === "commit").map((span) => [span.spanId, span]));
  const groups = spans.filter(({ name }) => name === "group");
  expect(groups.every(({ parentSpanId = "" }) => commits.has(parentSpanId))).toBe(true);
  const shared = groups.filter(({ links = [] }) => links.length > 0);
  expect(shared.length).toBeGreaterThan(0);
  for (const group of shared)
    for (const { spanId } of group.links ?? [])
      expect(commits.get(spanId)?.links?.map((link) => link.spanId)).toEqual([group.spanId]);
  const inGroups = groups.reduce((sum, { links = [] }) => sum + links.length + 1, 0);
  expect(inGroups).toBe(commits.size);
});

test("what is sent to a webhook stands below the run that sends it, and takes the trace along", () => {
  const sent = spans.find(({ name }) => name === "send webhook") as Span;
  // Not the first that there was: a run may have found nothing to send.
  const run = spans.find(({ spanId }) => spanId === sent.parentSpanId);
  expect(run).toMatchObject({ name: "run webhook", traceId: sent.traceId });
  expect(attribute(sent, "server.address")).toBe("127.0.0.1");
  expect(receiver.received[0]?.headers.traceparent).toBe(`00-${sent.traceId}-${sent.spanId}-01`);
});

test("the resource is what the environment says, and no span holds what was sent", () => {
  expect(attribute({ attributes: resource }, "service.name")).toBe("counting-house");
  expect(attribute({ attributes: resource }, "deployment.environment.name")).toBe("test");
  expect(JSON.stringify(spans)).not.toContain("2026-01-31");
});
