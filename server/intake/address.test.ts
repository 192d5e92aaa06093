import { expect, test } from "vitest";
import { parseAddress, readParameters } from "./address.ts";
import { findQueue } from "./queues.ts";

const nobody = { user: null, password: null };

test.each([
  ["nats://localhost", { scheme: "nats", hosts: ["localhost"], ...nobody }],
  ["NATS://a:4222,b:4223/", { scheme: "nats", hosts: ["a:4222", "b:4223"], ...nobody }],
  ["tls://[::1]:4222", { scheme: "tls", hosts: ["[::1]:4222"], ...nobody }],
  ["nats://me:p%40ss:word@a", { scheme: "nats", hosts: ["a"], user: "me", password: "p@ss:word" }],
  ["nats://token@a", { scheme: "nats", hosts: ["a"], user: "token", password: null }],
  ["nats://me:@a", { scheme: "nats", hosts: ["a"], user: "me", password: "" }],
])("%s is taken apart", (url, parts) => {
  expect(parseAddress(url)).toEqual({ ...parts, parameters: new Map() });
});

test.each([
  "",
  "localhost:4222",
  "nats://",
  "nats:localhost",
  "nats://a b",
  "nats://a:port",
  "nats://a/path",
  "nats://me:secret@",
  "nats://me:100%@a",
])("%j is no address, and is not repeated", (url) => {
  expect(() => parseAddress(url)).toThrow(/^The queue's address cannot be used: [^\n]+\.$/);
  expect(() => parseAddress(url)).not.toThrow(/secret|100%/);
});

test("parameters have defaults, and no others are taken", () => {
  const known = { stream: ["SURECOUNT", /^\w+$/], consumer: ["surecount", /^\w+$/] } as const;
  const read = (query: string) => readParameters(parseAddress(`nats://a?${query}`), known);
  expect(read("stream=SALES")).toEqual({ stream: "SALES", consumer: "surecount" });
  expect(() => read("topic=sales")).toThrow('nats has no parameter "topic", only stream, consumer.');
  expect(() => read("stream=")).toThrow('stream="" is not the name of a stream.');
  expect(() => read("stream=a b")).toThrow('stream="a b" is not the name of a stream.');
});

test("a queue is found by its scheme, and its name keeps the password to itself", async () => {
  const queue = await findQueue("nats://me:secret@a:4222,b:4222?subject=sales.>");
  expect(queue.name).toBe("nats://a:4222,b:4222 stream SURECOUNT, subject sales.>, consumer surecount");
  await expect(findQueue("kafka://a")).rejects.toThrow("it begins with kafka://, and not with nats:// or tls://.");
  await expect(findQueue("nats://a?consumer=a.b")).rejects.toThrow('consumer="a.b" is not the name of a consumer.');
});
