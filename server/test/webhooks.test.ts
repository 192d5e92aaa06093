// Webhooks through the whole server: made and asked for by the API, sent by processes that are killed, by several at once.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort } from "../bench/program.ts";
import { sale, startApp } from "./app.ts";
import { ask as askAt, startCluster } from "./cluster.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";
import { startProcess } from "./process.ts";
import { isSignedWith, type Receiver, startReceiver } from "./receiver.ts";
import { temporaryFile } from "./temporary.ts";

const WAIT = { timeout: 45_000, interval: 20 };
const CREATE = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { secret endpoint { id name url kinds clients windowSeconds lag isEnabled } }
}`;
const DELIVERIES = `query ($id: ID!, $filter: WebhookDeliveryFilter) { webhookEndpoint(id: $id) {
  isEnabled disabledBecause waiting failingSince nextAttemptAt
  deliveries(first: 10, filter: $filter) { totalCount edges { node {
    id messageId type code state count fromSeq toSeq tries body attempts { result status error response durationMs }
  } } }
} }`;
const INGEST_MANY =
  "mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }";

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const inputOf = (change: object = {}) => ({
  input: { name: "Alerts", url: receiver.url, kinds: ["EVENT_ACCEPTED"], ...change },
});
const untilReceived = (count: number) => vi.waitFor(() => expect(receiver.received.length).toBe(count), WAIT);
const seqsOf = (): number[] =>
  receiver.received.flatMap(({ body }) => body.data.entries.map(({ seq }: { seq: number }) => seq));

test("an endpoint is made, told, asked about, tested, stopped and taken away", async () => {
  const app = await startApp({ WEBHOOKS: "any" });
  try {
    const { createWebhookEndpoint: made } = await app.ask(
      CREATE,
      inputOf({ kinds: ["EVENT_REJECTED"], windowSeconds: 0 }),
    );
    expect(made.endpoint).toEqual({
      ...{ id: expect.any(String), name: "Alerts", url: receiver.url, kinds: ["EVENT_REJECTED"], clients: null },
      ...{ windowSeconds: 0, lag: 0, isEnabled: true },
    });
    const { id } = made.endpoint;
    const { failure } = await app.ingest(sale({ amount: "many" }));
    await untilReceived(1);
    const [received] = receiver.received;
    expect(received && isSignedWith(made.secret, received)).toBe(true);
    expect(received?.headers).toMatchObject({ "content-type": "application/json", "user-agent": "Surecount" });
    expect(received?.body.data.entries[0].failure.id).toBe(failure.id);

    const { log } = await app.ask(
      "query ($after: String) { log(first: 1, after: $after) { edges { node { seq failure { id } } } } }",
      {
        after: received?.body.data.after,
      },
    );
    expect(log.edges[0].node).toEqual({ seq: received?.body.data.from.seq, failure: { id: failure.id } });

    const { webhookEndpoint } = await vi.waitFor(async () => {
      const answer = await app.ask(DELIVERIES, { id, filter: { states: ["DELIVERED"] } });
      expect(answer.webhookEndpoint.deliveries.totalCount).toBe(1);
      return answer;
    }, WAIT);
    const { node: delivery } = webhookEndpoint.deliveries.edges[0];
    expect(delivery).toMatchObject({
      ...{ messageId: received?.id, type: "event.rejected", code: "NOT_A_NUMBER", count: 1, tries: 0 },
      attempts: [{ result: "DELIVERED", status: 204, error: null, response: expect.stringContaining("HTTP 204") }],
    });
    expect(delivery.body).toEqual(received?.body);
    expect(await app.ask("query ($id: ID!) { node(id: $id) { id __typename } }", { id: delivery.id })).toEqual({
      node: { id: delivery.id, __typename: "WebhookDelivery" },
    });

    await app.ask("mutation ($id: ID!) { replayWebhookDelivery(id: $id) { state } }", { id: delivery.id });
    await untilReceived(2);
    expect(receiver.received[1]?.id).toBe(received?.id);

    receiver.reply(() => 500);
    const test = await app.ask(
      "mutation ($id: ID!) { testWebhookEndpoint(id: $id) { state type attempts { result status } } }",
      { id },
    );
    expect(test.testWebhookEndpoint).toEqual({
      ...{ state: "FAILED", type: "webhook.test", attempts: [{ result: "REFUSED", status: 500 }] },
    });
    expect(receiver.received[2]?.body).toMatchObject({ type: "webhook.test", data: { test: true, count: 0 } });
    receiver.reply(() => 204);

    const rotated = await app.ask(
      "mutation ($id: ID!) { rotateWebhookSecret(id: $id) { secret endpoint { formerSecretsUntil } } }",
      { id },
    );
    expect(rotated.rotateWebhookSecret.endpoint.formerSecretsUntil).not.toBeNull();
    await app.ask('mutation ($id: ID!) { disableWebhookEndpoint(id: $id, reason: "moving") { isEnabled } }', { id });
    await app.ingest(sale({ amount: "few" }));
    const moved = await app.ask(
      'mutation ($id: ID!) { updateWebhookEndpoint(id: $id, input: { name: "Moved" }) { name isEnabled reason lag } }',
      { id },
    );
    expect(moved.updateWebhookEndpoint).toEqual({
      name: "Moved",
      isEnabled: false,
      reason: "moving",
      lag: expect.any(Number),
    });
    await app.ask("mutation ($id: ID!) { enableWebhookEndpoint(id: $id) { isEnabled } }", { id });
    await untilReceived(4);
    const both = [made.secret, rotated.rotateWebhookSecret.secret];
    expect(both.map((secret) => receiver.received[3] && isSignedWith(secret, receiver.received[3]))).toEqual([
      true,
      true,
    ]);
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toContain('surecount_webhook_attempts_total{result="delivered"} 3');
    expect(metrics).toContain('surecount_webhook_attempts_total{result="refused"} 1');
    expect(metrics).toMatch(/surecount_webhook_lag_entries\{endpoint="1"\} \d/);
    expect(metrics).toContain('surecount_webhook_endpoints{state="enabled"} 1');

    await app.ask("mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) }", { id });
    expect(await app.ask("{ webhookEndpoints { id } books { balanced } }")).toEqual({
      ...{ webhookEndpoints: [], books: { balanced: true } },
    });
    const actions = await app.ask("{ log(first: 50) { edges { node { action } } } }");
    const words = actions.log.edges
      .map(({ node }: { node: { action: string } }) => node.action)
      .filter((action: string) => action.startsWith("WEBHOOK"));
    expect(words).toEqual(
      ["CREATED", "ROTATED", "DISABLED", "CHANGED", "ENABLED", "DELETED"].map((word) => `WEBHOOK_${word}`),
    );

    // Not in the database, its log, or anything beside it; the key is the owner's alone.
    const folder = dirname(app.databaseFile);
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      for (const secret of both) expect(bytes.includes(secret.slice("whsec_".length))).toBe(false);
    }
    expect(statSync(`${app.databaseFile}-webhook-key`).mode & 0o777).toBe(0o600);
  } finally {
    await app.close();
  }
});

test("by default nobody can be told by http or inside the network, and settings that make no sense are refused", async () => {
  const app = await startApp();
  try {
    for (const [change, reason] of [
      [{}, "must begin with https://"],
      [{ url: "https://127.0.0.1:8443/" }, "is no public address"],
      [{ url: "https://[::ffff:10.0.0.1]/" }, "is no public address"],
      [{ url: "https://kim:secret@example.com/" }, "holds a user or a password"],
      [{ url: "https://example.com/", kinds: [] }, "at least one kind"],
      [{ url: "https://example.com/", name: " " }, "a name of 1 to 100"],
      [{ url: "https://example.com/", clients: [] }, "none at all"],
      [{ url: "https://example.com/", windowSeconds: -1 }, "0 to 3600 seconds"],
    ] as const) {
      const { body, status } = await app.post(CREATE, inputOf(change));
      expect([status, body.errors[0].extensions.code, body.errors[0].message]).toEqual([
        ...[expect.any(Number), "BAD_USER_INPUT", expect.stringContaining(reason)],
      ]);
      expect(JSON.stringify(body)).not.toContain("secret@");
    }
    const { createWebhookEndpoint: made } = await app.ask(CREATE, inputOf({ url: "https://localhost:8443/" }));
    const { testWebhookEndpoint: tested } = await app.ask(
      "mutation ($id: ID!) { testWebhookEndpoint(id: $id) { state attempts { result error } } }",
      { id: made.endpoint.id },
    );
    expect(tested).toEqual({
      ...{ state: "FAILED", attempts: [{ result: "FAILED", error: expect.stringContaining("is no public address") }] },
    });
    expect(receiver.received).toEqual([]);
  } finally {
    await app.close();
  }
});

test("a server that is killed while it sends is followed by one that sends the same again, and nothing is missing", async () => {
  const settings = { PORT: await freePort(), DATABASE_URL: temporaryFile("surecount.db"), WEBHOOKS: "any" };
  receiver.reply((_received, index) => (index === 1 ? "none" : 204));
  const killed = await startProcess(settings);
  await killed.ask(CREATE, inputOf());
  const send = (server: { ask: typeof killed.ask }, ...amounts: number[]) =>
    server.ask(INGEST_MANY, { events: amounts.map((amount) => ({ event: sale({ amount }) })) });
  await send(killed, 1, 2);
  await untilReceived(1);
  await send(killed, 3, 4);
  await untilReceived(2);
  await killed.kill();
  const next = await startProcess({ ...settings, PORT: await freePort() });
  try {
    await send(next, 5);
    // The killed server's lease has to end first.
    await vi.waitFor(() => expect(seqsOf().toSorted()).toEqual([2, 3, 4, 4, 5, 5, 6]), WAIT);
    const [, before, after] = receiver.received;
    expect(after).toMatchObject({ id: before?.id, text: before?.text });
  } finally {
    await next.stop();
  }
}, 120_000);

describe.runIf(hasPostgres)("on PostgreSQL", () => {
  test("two servers tell each entry once, in order, whichever takes the events", async () => {
    const cluster = await startCluster(2, {
      ...{ DATABASE_URL: await createDatabase(), WEBHOOKS: "any", WEBHOOK_KEY_FILE: temporaryFile("webhook.key") },
    });
    try {
      const made = await Promise.all(
        ["a", "b", "c"].map((name) =>
          askAt<{ createWebhookEndpoint: { secret: string } }>(cluster.url, CREATE, inputOf({ name })),
        ),
      );
      for (let round = 0; round < 10; round += 1)
        await Promise.all(
          cluster.servers.map(({ url }, server) =>
            askAt(url, INGEST_MANY, {
              events: [0, 1, 2].map((index) => ({ event: sale({ amount: 100 * round + 10 * server + index + 1 }) })),
            }),
          ),
        );
      await vi.waitFor(() => expect(seqsOf().length).toBe(3 * 60), WAIT);
      const expected = Array.from({ length: 60 }, (_, index) => index + 4);
      const secrets = made.map(({ createWebhookEndpoint }) => createWebhookEndpoint.secret);
      for (const secret of secrets) {
        const own = receiver.received.filter((one) => isSignedWith(secret, one));
        const seqs = own.flatMap(({ body }) => body.data.entries.map(({ seq }: { seq: number }) => seq));
        expect(seqs).toEqual(expected);
      }
    } finally {
      await cluster.stop();
    }
  });
});
