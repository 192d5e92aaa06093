import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createAsk, createResponseReader, type HttpResponse } from "./http.ts";

const read = (...chunks: readonly string[]): readonly HttpResponse[] => {
  const responses: HttpResponse[] = [];
  const push = createResponseReader(({ status, body }) => responses.push({ status, body }));
  for (const chunk of chunks) push(Buffer.from(chunk));
  return responses;
};

test("a response is read by its length, in one piece or in many", () => {
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nx: y\r\n\r\n{"a":"ä"}'.replace("8", "10");
  expect(read(text)).toEqual([{ status: 200, body: '{"a":"ä"}' }]);
  expect(read(...text.slice(0, -3), text.slice(-3))).toEqual([{ status: 200, body: '{"a":"ä"}' }]);
});

test("several responses in one piece are several", () => {
  const text = "HTTP/1.1 503 Busy\r\ncontent-length:2\r\n\r\nno";
  expect(read(text + text.slice(0, 5), text.slice(5))).toEqual([
    { status: 503, body: "no" },
    { status: 503, body: "no" },
  ]);
});

test("a chunked response is put together, wherever it is cut", () => {
  const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n";
  for (let cut = 1; cut < text.length; cut += 1)
    expect(read(text.slice(0, cut), text.slice(cut))).toEqual([{ status: 200, body: "abc0123456789" }]);
});

test("a response without a body ends with its head", () => {
  expect(read("HTTP/1.1 204 No Content\r\nx: y\r\n\r\n")).toEqual([{ status: 204, body: "" }]);
});

test("an answer is read into the same memory as the one before, however long it is", async () => {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      const body = `${request.url} ${"x".repeat(Number(request.headers["content-length"]) * 1_000)}`;
      response.setHeader("content-length", body.length);
      response.end(body);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  const ask = createAsk(1_000_000);
  for (const length of [1, 300, 2]) {
    const { body, tookMs } = await ask(url, "?".repeat(length));
    expect(body.toString()).toBe(`/graphql ${"x".repeat(length * 1_000)}`);
    expect(tookMs).toBeGreaterThan(0);
  }
  server.close();
  await expect(ask(new URL("http://127.0.0.1:1/"), "")).rejects.toThrow("ECONNREFUSED");
});
