// How a case is sent, and what is wrong with what came back; null where nothing is.
import { connect } from "node:net";
import { Pool } from "undici";
import { WebSocket } from "ws";
import type { Case } from "./cases.ts";

export interface Senders {
  send(one: Case): Promise<string | null>;
  close(): Promise<void>;
}

const ANSWER_LIMIT_MS = 20_000;
/** Of those that a server gives to what it did not expect. */
const FAULTS = /"code":"(INTERNAL|UNAVAILABLE|SIMULATED_FAILURE)"/;
/** What no answer may show. */
const INDISCRETION = /node_modules|\.ts:\d+|SQLITE_|\bat \S+ \(/;

export const createSenders = (url: string, { sockets }: { readonly sockets: number }): Senders => {
  const pool = new Pool(url, {
    connections: 32,
    pipelining: 1,
    headersTimeout: ANSWER_LIMIT_MS,
    bodyTimeout: ANSWER_LIMIT_MS,
  });
  const peers = Array.from({ length: sockets }, () => createPeer(`${url.replace("http", "ws")}/graphql`));
  let turn = 0;

  const sendRequest = async ({ method, path, headers, body }: Case & { way: "request" }): Promise<string | null> => {
    const answer = await pool.request({ method: method as "POST", path, headers, body });
    const isStream = String(answer.headers["content-type"]).startsWith("text/event-stream");
    if (isStream) answer.body.on("error", () => undefined).destroy();
    const text = isStream ? "" : await answer.body.text();
    // That it is not ready, on a machine that does much else, is what that page is for.
    return path.startsWith("/readyz") && answer.statusCode === 503
      ? wrongText(text)
      : wrongWith(answer.statusCode, text);
  };

  const send: Senders["send"] = (one) => {
    if (one.way === "request") return sendRequest(one);
    if (one.way === "bytes") return sendBytes(Number(new URL(url).port), one.bytes);
    turn += 1;
    return peers[turn % sockets]?.(one.text) ?? Promise.resolve(null);
  };
  return { send, close: () => pool.destroy() };
};

const wrongWith = (status: number, text: string): string | null => {
  if (status >= 500) return `status ${status}: ${text.slice(0, 300)}`;
  return wrongText(text);
};

const wrongText = (text: string): string | null => {
  if (FAULTS.test(text)) return `a fault: ${text.slice(0, 300)}`;
  const errors = text.indexOf('"errors":');
  return errors !== -1 && INDISCRETION.test(text.slice(errors))
    ? `too much is told: ${text.slice(errors, errors + 300)}`
    : null;
};

/** Sends bytes and the end, and looks at whatever comes back until the other end. */
const sendBytes = (port: number, bytes: Buffer): Promise<string | null> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end(bytes));
    // A socket that was taken for a WebSocket stays open.
    const timer = setTimeout(() => socket.destroy(), 250);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      const text = Buffer.concat(chunks).toString("latin1");
      resolve(/^HTTP\/1\.1 5\d\d/m.test(text) ? text.slice(0, 300) : wrongText(text));
    });
  });

/** One WebSocket after another: each message is followed by a question whose answer shows that the server lives. */
const createPeer = (url: string) => {
  let socket: WebSocket | null = null;
  let heard = "";
  let count = 0;
  let onHeard = (): void => undefined;

  const open = async (): Promise<WebSocket> => {
    const opened = new WebSocket(url, "graphql-transport-ws");
    opened.on("message", (data) => {
      heard += String(data);
      onHeard();
    });
    for (const sign of ["open", "close", "error"]) opened.on(sign, () => onHeard());
    await new Promise<void>((resolve) => {
      onHeard = resolve;
    });
    opened.send('{"type":"connection_init"}');
    await until(opened, () => heard.includes("connection_ack"));
    return opened;
  };

  const until = async (watched: WebSocket, isDone: () => boolean): Promise<void> => {
    const limitAt = Date.now() + ANSWER_LIMIT_MS;
    while (!isDone() && watched.readyState <= WebSocket.CLOSING && watched.readyState !== WebSocket.CLOSED) {
      if (Date.now() > limitAt) throw new Error("A socket was not answered.");
      await new Promise<void>((resolve) => {
        onHeard = resolve;
      });
    }
  };

  let sending: Promise<unknown> = Promise.resolve();
  const sendNow = async (text: Buffer): Promise<string | null> => {
    heard = "";
    if (socket === null || socket.readyState !== WebSocket.OPEN) socket = await open();
    const peer = socket;
    let code = 1000;
    peer.once("close", (closed) => {
      code = closed;
    });
    count += 1;
    peer.send(text, { binary: false });
    peer.send(`{"type":"ping","payload":{"n":"#${count}"}}`);
    await until(peer, () => heard.includes(`"#${count}"`));
    return [1005, 1006, 1011, 1013, 4500].includes(code) ? `closed ${code}` : wrongText(heard);
  };
  return (text: Buffer): Promise<string | null> => {
    const sent = sending.then(() => sendNow(text));
    sending = sent.catch(() => undefined);
    return sent;
  };
};
