// A peer of webhooks for tests: keeps what it is sent, and answers as it is told. Signatures are checked by the package of
// the people who wrote the specification.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and fail where they differ.
  readonly body: any;
}

type Reply = number | { readonly status: number; readonly headers: OutgoingHttpHeaders } | "none";

export interface Receiver {
  readonly url: string;
  /** In the order in which they came. */
  readonly received: readonly Received[];
  /** Decides on what is answered; 204 where it is not called. */
  reply(decide: (received: Received, index: number) => Reply): void;
  close(): Promise<void>;
}

export const startReceiver = async (port = 0): Promise<Receiver> => {
  const received: Received[] = [];
  let decide: (received: Received, index: number) => Reply = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const id = String(request.headers["webhook-id"]);
      const one = { id, headers: request.headers, text, body: JSON.parse(text) };
      received.push(one);
      answer(response, decide(one, received.length - 1));
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    reply: (decision) => {
      decide = decision;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

const answer = (response: ServerResponse, reply: Reply): void => {
  if (reply === "none") return;
  if (typeof reply === "number") response.writeHead(reply).end();
  else response.writeHead(reply.status, reply.headers).end();
};

/** Whether the independent judge accepts the signature. */
export const isSignedWith = (secret: string, { text, headers }: Received): boolean => {
  try {
    new Webhook(secret).verify(text, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};
