// GET /export/…: a file, written as fast as its reader takes it. Its trailers say how many rows it has and what its digest
// is; a file that breaks off has none, and its connection is broken as well.
import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import type { GraphQLSchema } from "graphql";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import { formatMicros } from "../domain/timestamp.ts";
import type { Context } from "../graphql/context.ts";
import { readQuestion } from "../graphql/export-question.ts";
import { narrow } from "../graphql/narrow.ts";
import type { Log } from "../log.ts";
import type { Export, Exports } from "../transfer/export.ts";
import { type ExportFormat, formats } from "../transfer/export-rows.ts";
import { type ExportKind, marks } from "../transfer/exported.ts";
import { permit } from "./permit.ts";

/** How long a reader may take nothing: what is written meanwhile is kept for it. */
const STALL_LIMIT_MS = 30_000;
/** And how long it may read in all. */
const TOTAL_LIMIT_MS = 3_600_000;

interface ExportHandlerDeps {
  readonly auth: Pick<Auth, "authenticate" | "watch">;
  readonly context: Context;
  readonly exports: Exports;
  readonly schema: GraphQLSchema;
  readonly log: Log;
  /** Aborts when the server drains. */
  readonly stopping: AbortSignal;
  readonly stallLimitMs?: number | undefined;
}

export const createExportHandler =
  ({ auth, context, exports, schema, log, stopping, stallLimitMs = STALL_LIMIT_MS }: ExportHandlerDeps) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== "GET") throw new AppError("BAD_USER_INPUT", "A file is exported by GET.");
    const principal = await permit({ auth, request, scope: "read", isForBound: true });
    const [path = "", parameters = ""] = (request.url ?? "").split("?", 2);
    const { kind, format } = fileOf(path);
    const question = readQuestion(schema, kind, new URLSearchParams(parameters));
    const file = await exports.begin({ question, format, source: narrow(context, principal) });
    const unwatch = auth.watch(principal, () => response.destroy());
    const isPacked = acceptsGzip(request);
    response.writeHead(200, headersOf({ kind, format, isPacked, asOfSeq: file.asOfSeq, nowUs: context.now() }));
    try {
      const sent = await send(file, response, { isPacked, stopping, stallLimitMs });
      response.addTrailers(trailersOf(file, sent));
      response.end();
    } catch (error) {
      // Half a file must not look like a whole one.
      response.destroy();
      const isFault = !response.closed && !isAbort(error);
      log[isFault ? "error" : "info"]({ err: error, path, rows: file.rows }, "an export broke off");
    } finally {
      unwatch();
      await file.pieces.return();
    }
  };

const fileOf = (path: string): { readonly kind: ExportKind; readonly format: ExportFormat } => {
  const [, kind = "", format = ""] = /^\/export\/([a-z]+)\.([a-z]+)$/.exec(path) ?? [];
  if (Object.hasOwn(marks, kind) && (formats as readonly string[]).includes(format))
    return { kind: kind as ExportKind, format: format as ExportFormat };
  const names = Object.keys(marks).join(", ");
  throw new AppError("BAD_USER_INPUT", `What can be exported is ${names}, each as ${formats.join(", ")}.`);
};

const acceptsGzip = ({ headers }: IncomingMessage): boolean => {
  const coding = /(?:^|,)\s*gzip\s*(?:;\s*q=([\d.]+)\s*)?(?:,|$)/i.exec(String(headers["accept-encoding"] ?? ""));
  return coding !== null && Number(coding[1] ?? 1) > 0;
};

const types: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
  json: "application/json; charset=utf-8",
};

interface Headed {
  readonly kind: ExportKind;
  readonly format: ExportFormat;
  readonly isPacked: boolean;
  readonly asOfSeq: number;
  readonly nowUs: number;
}

const headersOf = ({ kind, format, isPacked, asOfSeq, nowUs }: Headed) => ({
  "content-type": types[format],
  "content-disposition": `attachment; filename="surecount-${kind}-${stampOf(nowUs)}.${format}"`,
  ...{ "cache-control": "no-store", vary: "accept-encoding", "as-of-seq": String(asOfSeq) },
  ...(isPacked ? { "content-encoding": "gzip" } : {}),
  trailer: "Row-Count, SHA-256, Content-Digest",
});

/** Such as 20260131T120000Z, which every file system takes. */
const stampOf = (us: number): string => formatMicros(us - (us % 1_000_000)).replace(/[-:]/g, "");

/** SHA-256 is that of the file, in hex as sha256sum prints it; Content-Digest (RFC 9530) that of what was sent. */
const trailersOf = ({ rows, sha256 }: Export, sent: Buffer) => ({
  "Row-Count": String(rows),
  "SHA-256": sha256().toString("hex"),
  "Content-Digest": `sha-256=:${sent.toString("base64")}:`,
});

interface Sending {
  readonly isPacked: boolean;
  readonly stopping: AbortSignal;
  readonly stallLimitMs: number;
}

/** Gives the SHA-256 of what was sent. */
const send = async ({ pieces }: Export, response: ServerResponse, sending: Sending): Promise<Buffer> => {
  const hash = createHash("sha256");
  const watch = watchReader(response, sending.stallLimitMs);
  const signal = AbortSignal.any([sending.stopping, AbortSignal.timeout(TOTAL_LIMIT_MS), watch.signal]);
  const meter = meterOf(hash, watch.note);
  const options = { end: false, signal };
  try {
    if (sending.isPacked)
      await pipeline(pieces, createGzip({ level: constants.Z_BEST_SPEED }), meter, response, options);
    else await pipeline(pieces, meter, response, options);
  } finally {
    watch.end();
  }
  return hash.digest();
};

const meterOf = (hash: Hash, onPiece: () => void): Transform =>
  new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      hash.update(piece);
      onPiece();
      done(null, piece);
    },
  });

/** Aborts where what was written is not taken. That nothing is there to be written is not the reader's doing. */
const watchReader = (response: ServerResponse, limitMs: number) => {
  const stalled = new AbortController();
  let movedAtMs = performance.now();
  const look = (): void => {
    if (!response.writableNeedDrain) movedAtMs = performance.now();
    else if (performance.now() - movedAtMs > limitMs) stalled.abort(new Error("Its reader takes nothing."));
  };
  const timer = setInterval(look, limitMs / 10).unref();
  return {
    signal: stalled.signal,
    note: (): void => {
      movedAtMs = performance.now();
    },
    end: (): void => clearInterval(timer),
  };
};

const isAbort = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === "AbortError" || ("code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE"));
