// POST /import: the file is the body, of any length, and is read as fast as it can be counted.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import type { Context } from "../graphql/context.ts";
import { narrow } from "../graphql/narrow.ts";
import type { ImportWriter } from "../pipeline/imports.ts";
import { gunzip } from "../transfer/gunzip.ts";
import { type FileFormat, importFile } from "../transfer/import.ts";
import { reasonOf } from "../transfer/import-commit.ts";
import type { LineForm } from "../transfer/import-lines.ts";
import { reportJson } from "../transfer/import-report.ts";
import { onlyParameters } from "./parameters.ts";
import { permit } from "./permit.ts";

/** Silence of a sender after which it is not waited for. */
const STALL_LIMIT_MS = 30_000;
/** How long, and how much, what a refused sender still sends is read and dropped: it reads its answer only after that. */
const LINGER_MS = 1_000;

interface ImportHandlerDeps {
  readonly auth: Pick<Auth, "authenticate">;
  readonly context: Context;
  /** Aborts when the server drains. */
  readonly stopping: AbortSignal;
  readonly stallLimitMs?: number;
}

export const createImportHandler = ({ auth, context, stopping, stallLimitMs = STALL_LIMIT_MS }: ImportHandlerDeps) => {
  const { imports, now } = context;
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<ImportWriter> => {
    if (request.method !== "POST") throw new AppError("BAD_USER_INPUT", "A file is imported by POST.");
    const principal = await permit({ auth, request, scope: "ingest", isForBound: true });
    const deps = { ingest: narrow(context, principal).ingest, now };
    const { id, form } = readParameters(request);
    const format = formatOf(request);
    const isPacked = readEncoding(request);
    const length = request.headers["content-length"];
    const writer = imports.begin({ id, totalBytes: length === undefined ? null : Number(length) });
    const signal = AbortSignal.any([stopping, leavingOf(response)]);
    // Where its lines wait for their limit, nothing may move on the connection for long.
    request.socket.setTimeout(0);
    const sent = readBody(request, { stallLimitMs, signal, onBytes: writer.addBytes });
    try {
      const file = isPacked ? gunzip(sent) : sent;
      await importFile(deps, { file, format, form, writer, signal });
      writer.end("DONE");
      return writer;
    } catch (error) {
      writer.end("STOPPED", error instanceof AppError ? error.message : "The server met a fault.");
      throw error instanceof AppError ? withReport(error, writer, now()) : error;
    }
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { report } = await receive(request, response);
      response.writeHead(200, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
      response.end(`${JSON.stringify(reportJson(report, now()))}\n`);
    } catch (error) {
      await dropRest(request);
      throw error;
    }
  };
};

/** Aborts where the sender does not wait for the answer any more. */
const leavingOf = (response: ServerResponse): AbortSignal => {
  const leaving = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished)
      leaving.abort(new AppError("BAD_USER_INPUT", "The request ended before all of the file was counted."));
  });
  return leaving.signal;
};

/** What was counted before a file stopped is counted: its sender is told. */
const withReport = (error: AppError, { report }: ImportWriter, nowUs: number): AppError => {
  const { code, message, retryAfterMs, details, cause } = error;
  return new AppError(code, message, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...{ details: { ...details, import: reportJson(report, nowUs) }, cause },
  });
};

const readParameters = ({ url = "" }: IncomingMessage): { readonly id: string | null; readonly form: LineForm } => {
  const { id = null, lines = "auto" } = onlyParameters(url, ["id", "lines"]);
  if (lines !== "auto" && lines !== "events")
    throw new AppError("BAD_USER_INPUT", "The parameter lines is auto, or events where each line is a raw event.");
  return { id, form: lines === "auto" ? "AUTO" : "EVENTS" };
};

const formats: Readonly<Record<string, FileFormat>> = {
  ...{ "application/x-ndjson": "NDJSON", "application/ndjson": "NDJSON", "application/jsonl": "NDJSON" },
  ...{ "application/x-jsonlines": "NDJSON", "application/jsonlines": "NDJSON", "text/x-ndjson": "NDJSON" },
  ...{ "text/csv": "CSV", "application/csv": "CSV", "application/json": "JSON" },
};

const formatOf = ({ headers }: IncomingMessage): FileFormat => {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (format !== undefined) return format;
  throw new AppError(
    "BAD_USER_INPUT",
    "The content-type says what the file is: application/x-ndjson, text/csv, or application/json for an array.",
  );
};

/** Whether it is packed. */
const readEncoding = ({ headers }: IncomingMessage): boolean => {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "gzip" || encoding === "x-gzip") return true;
  if (encoding === "identity" || encoding === "") return false;
  throw new AppError("BAD_USER_INPUT", "The content-encoding of a file is gzip, or none.");
};

interface Reading {
  readonly stallLimitMs: number;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/**
 * The body, piece by piece.
 * @throws AppError BAD_USER_INPUT where it is cut off or its sender falls silent, and the reason of the signal.
 */
async function* readBody(request: IncomingMessage, { stallLimitMs, signal, onBytes }: Reading): AsyncGenerator<Buffer> {
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const { promise: interruption, reject: interrupt } = Promise.withResolvers<never>();
  // Between two pieces nobody waits for it.
  interruption.catch(() => undefined);
  const stop = (): void => interrupt(reasonOf(signal));
  signal.addEventListener("abort", stop);
  try {
    for (;;) {
      const { done, value } = await Promise.race([nextPiece(pieces, stallLimitMs), interruption]);
      if (done) return;
      onBytes(value.length);
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const nextPiece = async (pieces: AsyncIterator<Buffer>, limitMs: number): Promise<IteratorResult<Buffer>> => {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(stalled(limitMs)), limitMs);
  const next = pieces.next().catch((cause: unknown) => {
    throw new AppError("BAD_USER_INPUT", "The request ended before the file did.", { cause });
  });
  // Where the sender has fallen silent, nobody waits for it any more.
  next.catch(() => undefined);
  return Promise.race([next, silence]).finally(() => clearTimeout(timer));
};

const stalled = (limitMs: number): AppError =>
  new AppError("BAD_USER_INPUT", `Nothing of the file came for ${Math.round(limitMs / 1_000)} seconds.`);

const dropRest = async (request: IncomingMessage): Promise<void> => {
  if (request.readableEnded || request.destroyed) return;
  const ended = new Promise<void>((resolve) => {
    request.once("end", resolve);
    request.once("close", resolve);
    setTimeout(resolve, LINGER_MS).unref();
  });
  request.resume();
  await ended;
};
