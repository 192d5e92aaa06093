// HTTP/1.1 as far as a load generator needs it: one request at a time on a socket of its own, kept alive.
import { connect, type OnReadOpts, type Socket } from "node:net";

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

/** Gives the bytes of a connection; each complete response is handed on. */
export const createResponseReader = (onResponse: (response: HttpResponse) => void): ((chunk: Buffer) => void) => {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let found = readResponse(pending); found !== null; found = readResponse(pending)) {
      pending = pending.subarray(found.sizeBytes);
      onResponse(found);
    }
  };
};

/** The response at the beginning of the bytes; null where it is not complete. */
const readResponse = (bytes: Buffer): (HttpResponse & { readonly sizeBytes: number }) | null => {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const head = bytes.toString("latin1", 0, headEnd);
  const status = Number(head.slice(9, 12));
  const bodyStart = headEnd + 4;
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const chunked = readChunks(bytes, bodyStart);
    return chunked === null ? null : { status, ...chunked };
  }
  const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < bodyEnd) return null;
  return { status, body: bytes.toString("utf8", bodyStart, bodyEnd), sizeBytes: bodyEnd };
};

const readChunks = (bytes: Buffer, bodyStart: number): { body: string; sizeBytes: number } | null => {
  const parts: Buffer[] = [];
  for (let start = bodyStart; ; ) {
    const lineEnd = bytes.indexOf("\r\n", start);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", start, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return { body: Buffer.concat(parts).toString(), sizeBytes: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    start = next;
  }
};

interface Post {
  readonly url: URL;
  /** ASCII only. */
  readonly body: string;
  readonly token: string | null;
}

/** The bytes of a POST of JSON. */
export const postText = ({ url, body, token }: Post): string =>
  `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\naccept: application/json\r\n${
    token === null ? "" : `authorization: Bearer ${token}\r\n`
  }content-length: ${body.length}\r\n\r\n${body}`;

/** Connects over loopback. @throws Error where nobody listens. */
export const openSocket = (url: URL, onread?: OnReadOpts): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: Number(url.port), noDelay: true, ...(onread && { onread }) });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });

/**
 * One request on a connection of its own: one that is kept would be closed by a server that was busy for seconds.
 * Without a body it is a GET. @throws Error where the connection breaks before the answer.
 */
export const requestOnce = async (
  url: URL,
  body: string | null = null,
  token: string | null = null,
): Promise<HttpResponse> => {
  const socket = await openSocket(url);
  try {
    return await new Promise((resolve, reject) => {
      socket.on("data", createResponseReader(resolve));
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("The server closed a connection.")));
      socket.write(
        body === null ? `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n` : postText({ url, body, token }),
      );
    });
  } finally {
    socket.destroy();
  }
};

interface Answer {
  /** There until the next question. */
  readonly body: Buffer;
  /** From the first byte that is sent to the last that is received. */
  readonly tookMs: number;
}

type Ask = (url: URL, body: string) => Promise<Answer>;

const CHUNK_BYTES = 65_536;

/**
 * Asks one question after the other, each on a connection of its own, and reads answers of up to so many bytes into memory
 * that was there before: what this process had to collect between two questions would be taken for the server's time.
 */
export const createAsk = (maxBytes: number): Ask => {
  const answer = Buffer.alloc(maxBytes);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  return async (url, body) => {
    let length = 0;
    let end = Number.POSITIVE_INFINITY;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onChunk = (bytes: number, from: Uint8Array): boolean => {
      answer.set(from.subarray(0, bytes), length);
      length += bytes;
      if (end === Number.POSITIVE_INFINITY) end = endOf(answer.subarray(0, length));
      if (length >= end) resolve();
      return true;
    };
    const socket = await openSocket(url, { buffer: chunk, callback: onChunk });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("The server closed a connection.")));
    const startedAt = performance.now();
    socket.write(postText({ url, body, token: null }));
    await promise.finally(() => socket.destroy());
    return { body: answer.subarray(bodyStartOf(answer), end), tookMs: performance.now() - startedAt };
  };
};

const bodyStartOf = (bytes: Buffer): number => bytes.indexOf("\r\n\r\n") + 4;

/** Where a response ends; infinitely far as long as that cannot be told. */
const endOf = (bytes: Buffer): number => {
  const bodyStart = bodyStartOf(bytes);
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString("latin1", 0, bodyStart))?.[1];
  return bodyStart < 4 || length === undefined ? Number.POSITIVE_INFINITY : bodyStart + Number(length);
};
