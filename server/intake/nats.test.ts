// The queue on a real NATS server: what it makes there, what it takes from there, and what becomes of it in trouble.
import { connect as connectSocket } from "node:net";
import { AckPolicy, type ConsumerConfig } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { hasNats, startNats } from "../test/nats.ts";
import { connectNats } from "../test/nats-client.ts";
import { findQueue } from "./queues.ts";
import type { Message, Source } from "./source.ts";

/** A server with a client, and sources that are all gone when the test is. */
const start = async (config?: string, credentials = "") => {
  const nats = await startNats(config);
  const url = nats.url.replace("://", `://${credentials}`);
  const client = await connectNats(url);
  const stopping = new AbortController();
  const sources: Source[] = [];
  onTestFinished(async () => {
    stopping.abort();
    await Promise.all(sources.map((source) => source.close()));
    await client.close();
    await nats.stop();
  });
  const open = async (query = "", signal = stopping.signal): Promise<Source> => {
    const source = await (await findQueue(`${url}?${query}`)).open(signal);
    sources.push(source);
    return source;
  };
  return { nats, client, url, open };
};

const textOf = ({ body }: Message): string => Buffer.from(body).toString();

/** As many as asked for, however they come. */
const take = async (source: Source, count: number): Promise<readonly Message[]> => {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(...(await source.fetch(count - messages.length)));
  return messages;
};

const consumer: Partial<ConsumerConfig> = { durable_name: "surecount", ack_policy: AckPolicy.Explicit };

describe.runIf(hasNats)("NATS", () => {
  test("a stream and a consumer are made where there are none, to last", async () => {
    const { client, open } = await start();
    await open();
    const { config: stream } = await client.streams.info("SURECOUNT");
    expect(stream).toMatchObject({ subjects: ["surecount.events"], storage: "file", retention: "workqueue" });
    const { config } = await client.consumers.info("SURECOUNT", "surecount");
    expect(config).toMatchObject({ ack_policy: "explicit", max_deliver: -1, ack_wait: nanos(30_000) });
    await open();
  });

  test("a stream that is there is used as it is, by another name and subject too", async () => {
    const { client, open } = await start();
    await client.streams.add({ name: "SALES", subjects: ["surecount.*"], max_msgs: 7 });
    const source = await open("stream=SALES&subject=surecount.events&consumer=counting");
    await client.publish("1");
    expect((await take(source, 1)).map(textOf)).toEqual(["1"]);
    expect((await client.streams.info("SALES")).config).toMatchObject({ max_msgs: 7, retention: "limits" });
  });

  test.each([
    [{ ack_policy: AckPolicy.None }, /surecount of the stream SURECOUNT does not ask for each message/],
    [{ deliver_subject: "there" }, /pushes its messages/],
    [{ max_deliver: 3 }, /gives a message up after 3 deliveries/],
  ])("a consumer that could lose messages (%j) is not used", async (change, reason) => {
    const { client, open } = await start();
    await client.streams.add({ name: "SURECOUNT", subjects: ["surecount.events"] });
    await client.consumers.add("SURECOUNT", { ...consumer, ...change });
    await expect(open()).rejects.toThrow(reason);
  });

  test("a message is delivered until it is acknowledged, with its keys and how often it came", async () => {
    const { client, open } = await start();
    const source = await open();
    await client.publish("1");
    await client.publish("2", "a", "b");
    const [first, second] = await take(source, 2);
    expect(first).toMatchObject({ idempotencyKeys: [], deliveries: 1 });
    expect(second).toMatchObject({ idempotencyKeys: ["a", "b"], deliveries: 1 });
    expect(Math.abs(Date.now() - (first?.publishedAtMs ?? 0))).toBeLessThan(60_000);
    first?.acknowledge();
    second?.release(0);
    const [again] = await take(source, 1);
    expect([again && textOf(again), again?.deliveries]).toEqual(["2", 2]);
    again?.acknowledge();
    await expect.poll(() => client.left()).toEqual({ unacknowledged: 0, waiting: 0 });
    expect((await client.streams.info("SURECOUNT")).state.messages).toBe(0);
  });

  test("what takes longer than the queue waits is not delivered again meanwhile", async () => {
    const { client, open } = await start();
    await client.streams.add({ name: "SURECOUNT", subjects: ["surecount.events"] });
    await client.consumers.add("SURECOUNT", { ...consumer, ack_wait: nanos(600) });
    const [source, other] = [await open(), await open()];
    await client.publish("1");
    const messages = await Promise.race([source.fetch(10), other.fetch(10)]);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    messages[0]?.acknowledge();
    await expect.poll(() => client.left()).toEqual({ unacknowledged: 0, waiting: 0 });
    expect((await client.consumers.info("SURECOUNT", "surecount")).num_redelivered).toBe(0);
    expect((await client.consumers.info("SURECOUNT", "surecount")).delivered.consumer_seq).toBe(1);
  });

  test("whoever ends gives back at once what it has not settled", async () => {
    const { client, open } = await start();
    const stopping = new AbortController();
    const first = await open("", stopping.signal);
    for (let number = 0; number < 20; number++) await client.publish(String(number));
    const inHand = await take(first, 5);
    await expect.poll(() => client.left()).toEqual({ unacknowledged: 20, waiting: 0 });
    // It asks before anything is released: what is released while nobody asks, NATS 2.9 keeps until its time is over.
    const second = await open();
    const requests = async () => (await client.consumers.info("SURECOUNT", "surecount")).num_waiting;
    await expect.poll(requests).toBe(2);
    stopping.abort();
    expect(await first.fetch(10)).toEqual([]);
    for (const message of inHand.slice(0, 3)) message.acknowledge();
    await first.close();
    const rest = (await take(second, 17)).map(textOf).map(Number);
    expect(rest.sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, index) => index + 3));
  });

  test("headers that cannot be read count as a key that cannot be used", async () => {
    const { nats, client, open } = await start();
    const source = await open();
    const socket = connectSocket(Number(new URL(nats.url).port), "127.0.0.1");
    const head = "NATS/1.0\r\nno header name: 1\r\nIdempotency-Key: a\r\n\r\n";
    const latin = Buffer.from("NATS/1.0\r\nidempotency-key: é\r\n\r\n", "latin1");
    socket.write(
      `CONNECT {"headers":true,"verbose":false}\r\nHPUB surecount.events ${head.length} ${head.length + 2}\r\n${head}{}\r\n`,
    );
    socket.write(`HPUB surecount.events ${latin.length} ${latin.length + 2}\r\n`);
    socket.write(Buffer.concat([latin, Buffer.from("{}\r\n")]));
    await client.publish("{}", "b");
    expect((await take(source, 3)).map(({ idempotencyKeys }) => idempotencyKeys).sort()).toEqual([
      ["b"],
      ["\ufffd"],
      ["\ufffd"],
    ]);
    socket.destroy();
  });

  test("messages are fetched whatever their size, and a bounded number of bytes ahead", async () => {
    const { client, open } = await start("max_payload: 20MB");
    const source = await open();
    const sizes = [5_000_000, 15_000_000, 10, 5_000_000, 5_000_000, 10];
    for (const size of sizes) await client.publish(new Uint8Array(size));
    const messages = await take(source, sizes.length);
    expect(messages.map(({ body }) => body.length)).toEqual(sizes);
  });

  test("user and password are taken from the address", async () => {
    const { url, client, open } = await start('authorization { user: me, password: "p@ss" }', "me:p%40ss@");
    const source = await open();
    await client.publish("1");
    expect(await take(source, 1)).toHaveLength(1);
    const wrong = await findQueue(url.replace("me:p%40ss", "me:guess"));
    await expect(wrong.open(new AbortController().signal)).rejects.toThrow(/^(?!.*guess).*Authorization Violation/i);
  });

  test("a server that ends, or a stream that is deleted, ends the source with a reason", async () => {
    const { nats, client, open } = await start();
    const orphan = await open("stream=OTHER&subject=other");
    const lost = await open();
    const deleted = expect(orphan.fetch(1)).rejects.toThrow(/Consumer Deleted/i);
    await client.streams.delete("OTHER");
    await deleted;
    const cut = expect(lost.fetch(1)).rejects.toThrow(/connection/i);
    await nats.kill();
    await cut;
    await expect(open()).rejects.toThrow(/refused/);
    await nats.start();
  });
});
