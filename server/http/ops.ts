// What those who run the server ask: does it live, can it write, what are its figures.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth } from "../auth/authenticate.ts";
import type { Storage } from "../storage/storage.ts";
import { contentTypes, formatFor } from "../watch/exposition.ts";
import type { Metrics } from "../watch/metrics.ts";
import { reasonsNotToWrite } from "../watch/readiness.ts";
import { permit } from "./permit.ts";

interface OpsDeps {
  readonly storage: Pick<Storage, "checkWritable">;
  readonly metrics: Metrics;
  readonly auth: Pick<Auth, "authenticate">;
  readonly isDraining: () => boolean;
}

export const createOps = ({ storage, metrics, auth, isDraining }: OpsDeps) => ({
  health: (_request: IncomingMessage, response: ServerResponse): void => sendJson(response, 200, { status: "ok" }),

  readiness: async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reasons = isDraining() ? ["The server is shutting down."] : await reasonsNotToWrite(storage);
    sendJson(response, reasons.length === 0 ? 200 : 503, {
      status: reasons.length === 0 ? "ready" : "not ready",
      reasons,
    });
  },

  metrics: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await permit({ auth, request, scope: "read" });
    const format = formatFor(request.headers.accept);
    const text = await metrics.text(format);
    response.appendHeader("vary", "accept");
    response.writeHead(200, { "content-type": contentTypes[format], "cache-control": "no-store" });
    response.end(text);
  },
});

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(JSON.stringify(body));
};
