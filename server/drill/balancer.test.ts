import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Balancer, createBalancer } from "./balancer.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Answers each line with its name before it. */
const startEcho = async (name: string): Promise<{ port: number; server: Server }> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (line) => socket.write(`${name}:${line}`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(server);
  return { port: (server.address() as AddressInfo).port, server };
};

const balance = async (...ports: number[]): Promise<Balancer> => {
  const balancer = await createBalancer(ports);
  open.unshift(balancer);
  return balancer;
};

const say = async (socket: Socket, line: string): Promise<string> => {
  socket.write(line);
  return String((await once(socket, "data"))[0]);
};

test("connections go to each server in turn, and past one that is down", async () => {
  const [first, second] = [await startEcho("first"), await startEcho("second")];
  const { port } = await balance(first.port, second.port);
  const ask = () => say(connect(port, "127.0.0.1"), "hello");
  expect([await ask(), await ask(), await ask()]).toEqual(["first:hello", "second:hello", "first:hello"]);
  first.server.close();
  expect([await ask(), await ask()]).toEqual(["second:hello", "second:hello"]);
});

test("a connection is refused where no server is up, and goes where it is directed afterwards", async () => {
  const echo = await startEcho("echo");
  const balancer = await balance();
  const [error] = await once(connect(balancer.port, "127.0.0.1"), "error");
  expect(error).toMatchObject({ code: "ECONNRESET" });
  balancer.direct([echo.port]);
  expect(await say(connect(balancer.port, "127.0.0.1"), "hello")).toBe("echo:hello");
});

test("a connection that is cut breaks on both sides", async () => {
  const echo = await startEcho("echo");
  const balancer = await balance(echo.port);
  const client = connect(balancer.port, "127.0.0.1");
  const [served] = (await once(echo.server, "connection")) as [Socket];
  const broken = [once(client, "error"), once(served, "close")];
  balancer.cut();
  await Promise.all(broken);
});

test("what is stalled arrives when it is resumed, also on a connection made meanwhile", async () => {
  const echo = await startEcho("echo");
  const balancer = await balance(echo.port);
  const older = connect(balancer.port, "127.0.0.1");
  expect(await say(older, "before")).toBe("echo:before");
  balancer.stall();
  const answers = [say(older, "stalled"), say(connect(balancer.port, "127.0.0.1"), "new")];
  const silence = new Promise<string>((resolve) => setTimeout(() => resolve("silence"), 50));
  expect(await Promise.race([...answers, silence])).toBe("silence");
  balancer.resume();
  expect(await Promise.all(answers)).toEqual(["echo:stalled", "echo:new"]);
});

test("a connection that is stranded hears nothing more, and the next one is served", async () => {
  const echo = await startEcho("echo");
  const balancer = await balance(echo.port);
  const older = connect(balancer.port, "127.0.0.1");
  expect(await say(older, "before")).toBe("echo:before");
  balancer.strand();
  const silence = new Promise<string>((resolve) => setTimeout(() => resolve("silence"), 50));
  expect(await Promise.race([say(older, "stranded"), silence])).toBe("silence");
  expect(await say(connect(balancer.port, "127.0.0.1"), "after")).toBe("echo:after");
});

test("a piece that gets lost takes its connection with it, on the way there and on the way back", async () => {
  const { port: echo } = await startEcho("server");
  for (const lostPiece of [1, 2]) {
    let pieces = 0;
    const isLost = () => {
      pieces += 1;
      return pieces === lostPiece;
    };
    const balancer = await createBalancer([echo], { isLost });
    open.unshift(balancer);
    const socket = connect(balancer.port, "127.0.0.1");
    socket.write("hello");
    await expect(once(socket, "data")).rejects.toThrow("ECONNRESET");
    expect(pieces).toBe(lostPiece);
    expect(await say(connect(balancer.port, "127.0.0.1"), "hello")).toBe("server:hello");
  }
});
