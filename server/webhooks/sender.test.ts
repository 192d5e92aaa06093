// Webhooks against a peer that looks for weaknesses: a canary on loopback stands for everything that must not be reached.
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer, type Server as NetServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Lookup } from "./connector.ts";
import { createSender, type Sender } from "./sender.ts";
import type { WebhookReach } from "./target.ts";

const NOW = Date.UTC(2026, 0, 31, 12) * 1000;
const post = (url: string) => ({ url, headers: { "webhook-id": "msg_1" }, body: "{}" });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const senderOf = (
  reach: WebhookReach,
  { lookup, timeoutMs = 5_000 }: { lookup?: Lookup; timeoutMs?: number } = {},
): Sender => {
  const sender = createSender({ reach, now: () => NOW, timeoutMs, ...(lookup && { lookup }) });
  closing.push(sender.close);
  return sender;
};

let canary: NetServer;
let port: number;
let touched = 0;
beforeAll(async () => {
  canary = createServer((socket) => {
    touched += 1;
    socket.destroy();
  });
  canary.listen(0, "::");
  await once(canary, "listening");
  ({ port } = canary.address() as AddressInfo);
});
afterAll(() => canary.close());

const inUrls = [
  // Loopback, in every notation that a URL may have.
  ...["127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"],
  ...[
    "017700000001",
    "0x7F.1",
    "127.0.0.1.",
    "127.000.000.001",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "127。0。0。1",
    "①②⑦.0.0.1",
  ],
  ...["0.0.0.0", "0", "0x0", "00000", "0.0.0.0.", "0.1.2.3"],
  // Inside networks, carriers, links, clouds.
  ...["10.0.0.1", "10.255.255.255", "0xa000001", "172.16.0.1", "172.31.255.255", "192.168.0.1", "3232235777"],
  ...[
    "100.64.0.1",
    "100.127.255.254",
    "100.100.100.200",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "168.63.129.16",
  ],
  // Nobody's.
  ...[
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
  ],
  ...["240.0.0.1", "255.255.255.255", "4294967295"],
  // IPv6, and IPv4 inside of it.
  ...[
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
  ],
  ...["[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]"],
  ...[
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
  ],
  ...["[ff02::1]", "[ff0e::1]", "[2001:db8::1]", "[100::1]", "[3fff::1]", "[5f00::1]", "[2001:20::1]", "[4000::1]"],
  // What is no address at all.
  ...["[fe80::1%25lo]", "[::1%lo]", "127.0.0.1%00.example.com", "256.256.256.256", "127.0.0.1\t"],
] as const;

test("no address in a URL leads to this machine or its network, in whatever notation", async () => {
  expect(inUrls.length).toBeGreaterThan(60);
  const sender = senderOf("https");
  const answers = await Promise.all(inUrls.map((host) => sender.send(post(`https://${host}:${port}/`))));
  const odd = answers.flatMap(({ result, status, error }, index) =>
    result === "FAILED" && status === null && /no public address|The URL of the endpoint/.test(error ?? "")
      ? []
      : [[inUrls[index], error]],
  );
  expect(odd).toEqual([]);
  expect(touched).toBe(0);
});

const inNames = [
  ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
  ...["::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1", "fe80::1%lo"],
  ...["fd00::1", "::127.0.0.1", "127.1", "2130706433", "0x7f000001", "not an address"],
];
const familyOf = (address: string): number => (address.includes(":") ? 6 : 4);

test("no name leads there, whatever it resolves to", async () => {
  for (const address of inNames) {
    const lookup: Lookup = (_name, _options, callback) => callback(null, [{ address, family: familyOf(address) }]);
    const { result, error } = await senderOf("https", { lookup }).send(post(`https://inside.example:${port}/`));
    expect([address, result, error]).toEqual([
      ...[address, "FAILED", `inside.example resolves to ${address}, which is no public address.`],
    ]);
  }
  expect(touched).toBe(0);
});

test("one inside address among public ones is enough to refuse a name", async () => {
  const addresses = ["93.184.215.14", "2606:4700::1111", "127.0.0.1"].map((address) => ({
    ...{ address, family: familyOf(address) },
  }));
  const lookup: Lookup = (_name, _options, callback) => callback(null, addresses);
  const { error } = await senderOf("https", { lookup }).send(post(`https://mixed.example:${port}/`));
  expect(error).toContain("127.0.0.1, which is no public address");
  expect(touched).toBe(0);
});

test("names of this machine are resolved by the system and refused", async () => {
  for (const name of ["localhost", "LOCALHOST"]) {
    const { result, error } = await senderOf("https").send(post(`https://${name}:${port}/`));
    expect([name, result, error]).toEqual([name, "FAILED", expect.stringContaining("no public address")]);
  }
  expect(touched).toBe(0);
});

test("what must not be in a URL is refused before anything is resolved", async () => {
  const lookup: Lookup = () => {
    throw new Error("It was resolved.");
  };
  const sender = senderOf("https", { lookup });
  for (const [url, reason] of [
    ["http://example.com/", "must begin with https://"],
    ["ftp://example.com/", "must begin with https://"],
    ["file:///etc/passwd", "must begin with https://"],
    ["https://user@example.com/", "holds a user"],
    ["https://:secret@example.com/", "holds a user"],
    ["https://example.com:25/", "has the port 25"],
    ["https://example.com/\r\nx-evil: 1", "holds white space or control characters"],
    ["https://example.com/#part", "has a fragment"],
    [`https://example.com/${"x".repeat(3_000)}`, "is longer than"],
    ["//example.com/", "is none"],
  ] as const) {
    const { result, error } = await sender.send(post(url));
    expect([url, result, error]).toEqual([url, "FAILED", expect.stringContaining(reason)]);
  }
});

const serve = async (listener: RequestListener): Promise<string> => {
  const server: Server = createHttpServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test("a name is resolved once for a connection, so nobody can answer otherwise after the check", async () => {
  const url = await serve((_request, response) => response.end("hello"));
  let asked = 0;
  const lookup: Lookup = (_name, _options, callback) => {
    asked += 1;
    // What is listened to there is the canary.
    callback(null, [asked === 1 ? { address: "127.0.0.1", family: 4 } : { address: "::1", family: 6 }]);
  };
  const { result } = await senderOf("any", { lookup }).send(post(url.replace("127.0.0.1", "rebinding.example")));
  expect([result, asked]).toEqual(["DELIVERED", 1]);
});

test("an answer is kept with status, head and body", async () => {
  const url = await serve((request, response) => {
    response.writeHead(202, { "x-request": String(request.headers["webhook-id"]) }).end("taken \ud83e\uddc0");
  });
  const answer = await senderOf("any").send(post(url));
  expect(answer).toMatchObject({ result: "DELIVERED", status: 202, error: null, retryAfterMs: null });
  expect(answer.response).toMatch(/^HTTP 202\n(.+\n)*x-request: msg_1\n(.+\n)*\ntaken 🧀$/);
});

test("redirects are not followed, proxies of the environment not asked", async () => {
  process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
  try {
    const url = await serve((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    });
    expect(await senderOf("any").send(post(url))).toMatchObject({ result: "REFUSED", status: 307 });
    expect(touched).toBe(0);
  } finally {
    delete process.env.HTTP_PROXY;
  }
});

test("of an endless answer only the beginning is read, and a silent peer is left when its time is over", async () => {
  const endless = await serve((_request, response) => {
    const fill = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      response.once("drain", fill);
    };
    fill();
  });
  const answer = await senderOf("any").send(post(endless));
  expect(answer).toMatchObject({ result: "DELIVERED", status: 200 });
  expect(answer.response?.length).toBe(8_192);

  const silent = await serve(() => undefined);
  const late = await senderOf("any", { timeoutMs: 50 }).send(post(silent));
  expect(late).toMatchObject({ result: "FAILED", status: null, error: "No answer within 0.05 s." });
  const dripping = await serve((_request, response) => {
    response.writeHead(200).write("x");
  });
  expect(await senderOf("any", { timeoutMs: 50 }).send(post(dripping))).toMatchObject({ result: "FAILED" });
});

test("Retry-After is read as seconds and as an instant, and else left alone", async () => {
  let value = "";
  const url = await serve((_request, response) => response.writeHead(503, { "retry-after": value }).end());
  const sender = senderOf("any");
  for (const [given, expected] of [
    ["120", 120_000],
    ["Sat, 31 Jan 2026 12:02:00 GMT", 120_000],
    ["Sat, 31 Jan 2026 11:00:00 GMT", 0],
    ["soon", null],
    ["-5", null],
  ] as const) {
    value = given;
    expect([given, (await sender.send(post(url))).retryAfterMs]).toEqual([given, expected]);
  }
});

test("nobody there, no TLS there, no answer in HTTP: the reason is kept in words", async () => {
  const gone = await serve(() => undefined);
  await closing.pop()?.();
  const sender = senderOf("any");
  expect(await sender.send(post(gone))).toMatchObject({
    result: "FAILED",
    error: expect.stringContaining("ECONNREFUSED"),
  });
  const plain = await serve((_request, response) => response.end());
  expect(await sender.send(post(plain.replace("http:", "https:")))).toMatchObject({ result: "FAILED", status: null });
});

test("who ends the sending gets the reason, and no answer", async () => {
  const silent = await serve(() => undefined);
  const ending = new AbortController();
  const sending = senderOf("any").send(post(silent), ending.signal);
  ending.abort(new Error("The server stops."));
  await expect(sending).rejects.toThrow("The server stops.");
});

test("the canary would have seen it", async () => {
  await senderOf("any").send(post(`http://127.0.0.1:${port}/`));
  expect(touched).toBe(1);
});
