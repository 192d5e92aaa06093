// Signing in and out of the dashboard: the token comes in the body, and goes on living in a cookie.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import { readBody } from "./body.ts";
import { cookieFor, noCookie } from "./credentials.ts";
import type { Room } from "./room.ts";

const MAX_BODY_BYTES = 4_096;

/** POST signs in with { "token": "sc_…" }, DELETE signs out. @throws AppError UNAUTHENTICATED where it does not hold. */
export const createSession =
  (auth: Pick<Auth, "authenticate" | "mode">, room: Room) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader("cache-control", "no-store");
    if (request.method === "DELETE") response.setHeader("set-cookie", noCookie);
    else if (request.method === "POST") {
      const token = readToken(await readBody(request, { maxBytes: MAX_BODY_BYTES, room }));
      await auth.authenticate(token);
      // Where none is needed, what was sent need not be one.
      if (auth.mode === "required") response.setHeader("set-cookie", cookieFor(token, { isSecure: isSecure(request) }));
    } else {
      response.writeHead(405, { allow: "POST, DELETE" });
      response.end();
      return;
    }
    response.writeHead(204);
    response.end();
  };

const readToken = (body: string): string => {
  try {
    const { token } = JSON.parse(body) as { readonly token?: unknown };
    if (typeof token === "string") return token.trim();
  } catch {
    // Told below, without what was sent.
  }
  throw new AppError("BAD_USER_INPUT", 'Send { "token": "sc_…" } as JSON.');
};

/** Whether the page came through TLS, which may end before the server. */
const isSecure = ({ headers: { origin } }: IncomingMessage): boolean => origin?.startsWith("https:") ?? false;
