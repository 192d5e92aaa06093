// The worker on a real database and against a real peer. The clock and chance are the test's; the clock begins at the real
// time, which the judge of signatures compares with.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Act } from "../domain/act.ts";
import type { Json } from "../domain/json.ts";
import { createSecret } from "../domain/signature.ts";
import type { WebhookEndpoint, WebhookSettings } from "../domain/webhook.ts";
import { RETRY_DELAYS_MS } from "../domain/webhook.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { sale } from "../storage/storage.contract.ts";
import type { Storage } from "../storage/storage.ts";
import { prepared } from "../test/prepared.ts";
import { isSignedWith, type Receiver, startReceiver } from "../test/receiver.ts";
import { temporaryFile } from "../test/temporary.ts";
import { createDeliver } from "../webhooks/deliver.ts";
import { createSender, type Sender } from "../webhooks/sender.ts";
import { createWebhooksWorker } from "./webhooks.ts";
import type { Worker } from "./worker.ts";

const SECOND_US = 1_000_000;
const POLL_MS = 5;
const newestFirst = { order: "descending", limit: 100 } as const;

let clockUs: number;
let storage: Storage;
let receiver: Receiver;
let sender: Sender;
let worker: Worker | undefined;
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

beforeEach(async () => {
  clockUs = Date.now() * 1000;
  storage = await createSqliteStorage({ file: temporaryFile("surecount.db"), now: () => clockUs });
  receiver = await startReceiver();
  sender = createSender({ reach: "any", now: () => clockUs });
});
afterEach(async () => {
  await stop();
  await sender.close();
  await receiver.close();
  await storage.close();
});

const start = (): void => {
  const keyring = { open: (sealed: string) => sealed };
  const deliver = createDeliver({ databaseId: storage.databaseId, keyring, sender, now: () => clockUs });
  worker = createWebhooksWorker({ storage, deliver, now: () => clockUs, log, random: () => 0, pollMs: POLL_MS });
};
const stop = async (): Promise<void> => {
  await worker?.stop();
  worker = undefined;
};

/** Only while nobody works: a lease would end of it. */
const pass = async (us: number): Promise<void> => {
  await stop();
  clockUs += us;
  start();
};

const perform = async (act: Act): Promise<number> => {
  const [performed] = await storage.perform([act]);
  if (performed?.kind !== "done") throw new Error(performed?.reason);
  return performed.seq;
};
const secret = createSecret();
const create = (change: Partial<WebhookSettings> = {}): Promise<number> => {
  const settings: WebhookSettings = {
    ...{ name: "Alerts", url: receiver.url, kinds: ["event.accepted"], clients: null, windowSeconds: 60 },
    ...change,
  };
  return perform({ action: "WEBHOOK_CREATED", by: null, settings, secret });
};
const read = async (id: number): Promise<WebhookEndpoint> => {
  const endpoint = await storage.webhooks.endpoint(id);
  if (endpoint === null) throw new Error(`There is no endpoint ${id}.`);
  return endpoint;
};
const append = (...changes: Record<string, Json>[]) => storage.append(changes.map((change) => prepared(sale(change))));
const seqsOf = ({ received }: Receiver): number[] =>
  received.flatMap(({ body }) => body.data.entries.map(({ seq }: { seq: number }) => seq));
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 5 });
const untilReceived = (count: number) => until(() => expect(receiver.received.length).toBe(count));
/** Nothing more comes: the worker has looked, and what is due would have been sent. */
const untilIdle = (id: number) => until(async () => expect((await read(id)).cursor).toBe(await storage.head()));
const deliveriesOf = (id: number) => storage.webhooks.deliveries({ endpoint: id }, newestFirst);

test("an entry is told with its facts, signed, and not before the endpoint was made", async () => {
  await append({ amount: 1 });
  const id = await create();
  await append({ amount: "2.50", unit: "EUR", note: "not told" });
  start();
  await untilReceived(1);
  const [received] = receiver.received;
  expect(received?.body).toMatchObject({
    type: "event.accepted",
    data: {
      ...{ code: null, count: 1, isComplete: true, from: { seq: 3 }, to: { seq: 3 } },
      entries: [{ seq: 3, action: "ACCEPTED", client: "kiosk", event: { metric: "sale", amount: "2.5", unit: "EUR" } }],
    },
  });
  expect(received?.text).not.toContain("not told");
  expect(received && isSignedWith(secret, received)).toBe(true);
  expect(received && isSignedWith(createSecret(), received)).toBe(false);
  await until(async () => expect(await deliveriesOf(id)).toMatchObject([{ state: "DELIVERED", count: 1 }]));
});

test("while a secret is replaced both sign, and then the new one alone", async () => {
  const id = await create();
  const fresh = createSecret();
  const formerUntilUs = clockUs + SECOND_US;
  await perform({ action: "WEBHOOK_ROTATED", by: null, endpoint: id, secret: fresh, formerUntilUs });
  await append({ amount: 1 });
  start();
  await untilReceived(1);
  await pass(SECOND_US);
  await append({ amount: 2 });
  await untilReceived(2);
  expect(receiver.received.map((one) => [secret, fresh].map((key) => isSignedWith(key, one)))).toEqual([
    [true, true],
    [false, true],
  ]);
});

test("entries come in order, however many there are, each once", async () => {
  const id = await create();
  for (let from = 0; from < 700; from += 100)
    await append(...Array.from({ length: 100 }, (_, index) => ({ amount: from + index + 1 })));
  start();
  await untilIdle(id);
  await until(() => expect(seqsOf(receiver)).toEqual(Array.from({ length: 700 }, (_, index) => id + index + 1)));
});

test("what is not taken is sent again by the schedule with the same id and body, and nothing overtakes it", async () => {
  const id = await create();
  receiver.reply((_received, index) => (index < 3 ? 500 : 204));
  await append({ amount: 1 });
  start();
  for (const [index, delayMs] of RETRY_DELAYS_MS.slice(0, 3).entries()) {
    await untilReceived(index + 1);
    await until(async () => expect((await read(id)).nextAttemptAtUs).toBe(clockUs + delayMs * 1_000));
    await append({ amount: index + 10 });
    expect(await storage.webhooks.due(clockUs + delayMs * 1_000 - 1)).toEqual([]);
    await pass(delayMs * 1_000);
  }
  await until(() => expect(seqsOf(receiver)).toEqual([2, 2, 2, 2, 3, 4, 5]));
  const ids = receiver.received.map((one) => one.id);
  expect(new Set(ids.slice(0, 4)).size).toBe(1);
  expect(ids[4]).not.toBe(ids[0]);
  expect(new Set(receiver.received.slice(0, 4).map(({ text }) => text)).size).toBe(1);
  await until(async () => expect(await read(id)).toMatchObject({ failingSinceUs: null, nextAttemptAtUs: null }));
});

test("Retry-After is heeded where it asks for more than the schedule", async () => {
  const id = await create();
  receiver.reply(() => ({ status: 503, headers: { "retry-after": "120" } }));
  await append({ amount: 1 });
  start();
  await until(async () => expect((await read(id)).nextAttemptAtUs).toBe(clockUs + 120 * SECOND_US));
  await pass(120 * SECOND_US);
  await untilReceived(2);
  await until(async () => expect((await read(id)).nextAttemptAtUs).toBe(clockUs + 300 * SECOND_US));
});

test("410 disables an endpoint at once, which is an entry of the log", async () => {
  const id = await create();
  receiver.reply(() => 410);
  await append({ amount: 1 });
  start();
  await until(async () => expect(await read(id)).toMatchObject({ disabledBecause: "GONE" }));
  const [entry] = await storage.entries({ actions: ["WEBHOOK_DISABLED"] }, newestFirst);
  expect(entry?.details.webhook).toMatchObject({ endpoint: id, name: "Alerts", because: "GONE" });
  expect(receiver.received.length).toBe(1);
});

test("after days of failure an endpoint is disabled, and goes on without a gap when it is enabled", async () => {
  const id = await create();
  const begunUs = clockUs;
  receiver.reply(() => 500);
  await append({ amount: 1 });
  await append({ amount: 2 });
  start();
  for (const [index, delayMs] of RETRY_DELAYS_MS.entries()) {
    await untilReceived(index + 1);
    await until(async () => expect((await read(id)).nextAttemptAtUs).not.toBeNull());
    await pass(delayMs * 1_000);
  }
  await until(async () => expect(await read(id)).toMatchObject({ disabledBecause: "FAILING" }));
  expect(clockUs - begunUs).toBeGreaterThan(3 * 86_400 * SECOND_US);
  expect(receiver.received.length).toBe(RETRY_DELAYS_MS.length + 1);
  await append({ amount: 3 });
  receiver.reply(() => 204);
  await perform({ action: "WEBHOOK_ENABLED", by: null, endpoint: id, skipsMissed: false });
  await until(() => expect(seqsOf(receiver).slice(-3)).toEqual([2, 3, 5]));
});

test("an endpoint that does not answer holds nobody up, and stays behind its cursor", async () => {
  const silent = await startReceiver();
  silent.reply(() => "none");
  const stuck = await create({ url: silent.url });
  const fine = await create();
  await append({ amount: 1 });
  start();
  await untilIdle(fine);
  await append({ amount: 2 });
  await until(() => expect(seqsOf(receiver)).toEqual([3, 4]));
  expect(silent.received.length).toBe(1);
  expect((await read(stuck)).cursor).toBeLessThan(await storage.head());
  expect((await deliveriesOf(stuck)).length).toBe(1);
  const stopping = stop();
  await silent.close();
  await stopping;
});

test("a burst of failures is one delivery when its minute is over, and its counts add up to the log", async () => {
  const id = await create({ kinds: ["event.rejected"] });
  start();
  for (let minute = 0; minute < 2; minute += 1) {
    for (let batch = 0; batch < 3; batch += 1) {
      await append(...Array.from({ length: 100 }, (_, index) => ({ amount: `?${minute}.${batch}.${index}` })));
      await append({ client: null, note: `${minute}.${batch}` });
      clockUs += 10 * SECOND_US;
    }
    await untilIdle(id);
    expect(receiver.received.length).toBe(minute * 2);
    await pass(60 * SECOND_US);
    await untilReceived(minute * 2 + 2);
  }
  expect(receiver.received.map(({ body: { data } }) => [data.code, data.count, data.entries.length])).toEqual([
    ["NOT_A_NUMBER", 300, 10],
    ["MISSING_CLIENT", 3, 3],
    ["NOT_A_NUMBER", 300, 10],
    ["MISSING_CLIENT", 3, 3],
  ]);
  expect(receiver.received[0]?.body.data.entries[0].failure.problems[0].code).toBe("NOT_A_NUMBER");
  expect(receiver.received[0]?.text.length).toBeLessThan(20_000);
});

test("an endpoint is told of its clients alone", async () => {
  const id = await create({ clients: ["till"] });
  await append({ amount: 1 }, { amount: 2, client: "till" }, { amount: 3, client: "tillx" });
  start();
  await untilIdle(id);
  await until(() => expect(seqsOf(receiver)).toEqual([3]));
});

test("what was replayed comes again with its id", async () => {
  const id = await create();
  await append({ amount: 1 });
  start();
  await untilReceived(1);
  await until(async () => expect(await storage.webhooks.requeue({ endpoint: id, number: 1 })).toBe(1));
  await untilReceived(2);
  expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id);
  expect(receiver.received[1]?.text).toBe(receiver.received[0]?.text);
});

test("what was in the air when the server stopped is sent again with its id, and the schedule goes on", async () => {
  const id = await create();
  receiver.reply((_received, index) => (index === 0 ? "none" : 500));
  await append({ amount: 1 });
  start();
  await untilReceived(1);
  await stop();
  expect(await read(id)).toMatchObject({ failingSinceUs: null, lastAttempt: 0 });
  start();
  await untilReceived(2);
  await until(async () => expect((await read(id)).nextAttemptAtUs).toBe(clockUs + 5 * SECOND_US));
  await pass(5 * SECOND_US);
  await untilReceived(3);
  expect(new Set(receiver.received.map((one) => one.id)).size).toBe(1);
});
