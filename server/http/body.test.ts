import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import { readBody } from "./body.ts";
import { createRoom } from "./room.ts";

const MAX_BYTES = 1_000;
const room = createRoom(1_500);
const bodies: unknown[] = [];
const server = createServer((asked, answer) => {
  readBody(asked, { maxBytes: MAX_BYTES, room })
    .catch((error: unknown) => error)
    .then((body) => {
      bodies.push(body);
      answer.writeHead(body instanceof AppError ? body.status : 200, { connection: "close" });
      answer.end();
    });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

/** Sends the chunks one by one, and resolves to the status of the answer. */
const upload = async (chunks: readonly Uint8Array[], headers = {}): Promise<number | undefined> => {
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, method: "POST", headers });
  const status = new Promise<number | undefined>((resolve, reject) => {
    asked.on("response", (answer) => resolve(answer.resume().statusCode)).on("error", reject);
  });
  for (const chunk of chunks) await new Promise((resolve) => asked.write(chunk, resolve));
  asked.end();
  return status;
};

test("a body is the text of its chunks, wherever they are cut", async () => {
  const bytes = Buffer.from("Zürich 𝄞");
  expect(await upload([...bytes].map((byte) => Uint8Array.of(byte)))).toBe(200);
  expect(bodies.pop()).toBe("Zürich 𝄞");
  expect(await upload([])).toBe(200);
  expect(bodies.pop()).toBe("");
});

test("a body may have as many bytes as the limit and none more, whether or not it says how many come", async () => {
  const half = Buffer.alloc(MAX_BYTES / 2, "a");
  expect(await upload([half, half])).toBe(200);
  expect(await upload([half, half, Buffer.from("a")])).toBe(413);
  expect(await upload([half, half, Buffer.from("a")], { "content-length": MAX_BYTES + 1 })).toBe(413);
});

test("bytes that are no UTF-8 are BAD_USER_INPUT", async () => {
  expect(await upload([Uint8Array.of(0x61, 0xff)])).toBe(400);
});

test("a packed body is BAD_USER_INPUT, and the error says why", async () => {
  expect(await upload([gzipSync("{}")], { "content-encoding": "gzip" })).toBe(400);
  expect(bodies.pop()).toMatchObject({ message: expect.stringContaining("content-encoding") });
  expect(await upload([Buffer.from("{}")], { "content-encoding": "Identity" })).toBe(200);
});

test("a body whose sender leaves is BAD_USER_INPUT", async () => {
  const before = bodies.length;
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, method: "POST", headers: { "content-length": 10 } });
  asked.on("error", () => undefined);
  asked.write("half", () => asked.destroy());
  await expect.poll(() => bodies.length).toBe(before + 1);
  expect(bodies.pop()).toMatchObject({ code: "BAD_USER_INPUT" });
});

test("a body that others have no room for is given up, and its sender told to come back", async () => {
  const { port } = server.address() as AddressInfo;
  const slow = request({ port, method: "POST" });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    slow.on("response", (answer) => resolve(answer.resume().statusCode)).on("error", reject);
  });
  await new Promise((resolve) => slow.write(Buffer.alloc(900), resolve));
  expect(await upload([Buffer.alloc(900)])).toBe(200);
  expect(await answered).toBe(503);
  slow.destroy();
});
