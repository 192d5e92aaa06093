// Asking with tokens, over both transports. What comes back is told by its code, which is the same on both.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { hashSecret, tokenText } from "../domain/token.ts";
import type { NewToken, TokenStore } from "../storage/tokens.ts";

/** Makes a token without asking anyone, with the given traits. Gives its id and its text. */
export const addToken = async (
  store: Pick<TokenStore, "add">,
  traits: Partial<NewToken> & Pick<NewToken, "scopes">,
): Promise<{ readonly id: string; readonly text: string }> => {
  const [id, secret] = [randomBytes(6).toString("hex"), randomBytes(32).toString("hex")];
  await store.add({
    ...{ id, name: null, clients: null, secretHash: hashSecret(secret), createdAtUs: Date.now() * 1000 },
    ...{ createdBy: null, expiresAtUs: null, ...traits },
  });
  return { id, text: tokenText(id, secret) };
};

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const CLOSED_UNAUTHORIZED = 4401;

/** The code of the first error, or null where there is none. */
export type Ask = (query: string) => Promise<string | null>;

export interface Transport {
  readonly ask: Ask;
  close(): Promise<void>;
}

/** Subscriptions come as server-sent events; of these only the first is waited for. */
export const overHttp = (url: string, headers: Record<string, string>): Transport => ({
  ask: async (query) => {
    const isStream = query.startsWith("subscription");
    const leaving = new AbortController();
    const response = await fetch(`${url}/graphql`, {
      ...{ method: "POST", body: JSON.stringify({ query }), signal: leaving.signal },
      headers: {
        ...{ "content-type": "application/json", ...headers },
        accept: isStream ? "text/event-stream" : "application/graphql-response+json",
      },
    });
    const text = isStream && response.ok ? await firstEvent(response) : await response.text();
    leaving.abort();
    return codeIn(text);
  },
  close: async () => undefined,
});

const firstEvent = async (response: Response): Promise<string> => {
  let text = "";
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    text += chunk.value;
    if (/^data: .*\n\n/m.test(text)) break;
  }
  return text;
};

const codeIn = (text: string): string | null => /"code":"(\w+)"/.exec(text)?.[1] ?? null;

/** A socket that is refused answers everything with UNAUTHENTICATED. */
export const overWebSocket = (url: string, connectionParams: Record<string, unknown>): Transport => {
  const client = createClient({
    ...{ url: `${url.replace("http", "ws")}/graphql`, webSocketImpl: WebSocket, connectionParams },
    ...{ retryAttempts: 0, lazy: true },
  });
  const ask: Ask = async (query) => {
    const results = client.iterate({ query });
    try {
      const first = await results.next();
      return first.done ? null : codeIn(JSON.stringify(first.value));
    } catch (error) {
      if (Array.isArray(error)) return codeIn(JSON.stringify(error));
      const { code } = error as { readonly code?: unknown };
      if (code === CLOSED_UNAUTHORIZED) return "UNAUTHENTICATED";
      throw error;
    } finally {
      void results.return?.(undefined);
    }
  };
  return { ask, close: async () => client.dispose() };
};

/** Opens a socket and gives what closes it, once that has happened: the code and the reason. */
export const openSocket = async (url: string, token: string) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
  const closed = once(socket, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(socket, "message");
  return { socket, closed };
};
