// Import and export for a terminal: through a server, as anyone else would do it.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { type ClientRequest, type IncomingMessage, request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { barOf, drawLine, leaveLine, type Output } from "../progress.ts";
import { type ExportFormat, formats } from "./export-rows.ts";
import { importLines, type ReportJson } from "./import-report.ts";
import { grouped } from "./progress.ts";

/** What cannot be done as it was asked for: its message is one line for the operator. */
export class TransferRefused extends Error {}

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv",
  ndjson: "application/x-ndjson",
  json: "application/json",
};
const otherEndings: Readonly<Record<string, ExportFormat>> = { jsonl: "ndjson" };

/** A server as a command reaches it. */
export interface RemoteServer {
  readonly url: string;
  /** Null where there is none to show. */
  readonly token: string | null;
}

const credentialsOf = ({ token }: RemoteServer): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

/** The format that is called so, or that files have whose names end so. */
export const formatOf = (name: string): ExportFormat | undefined =>
  formats.find((known) => known === name.toLowerCase()) ?? otherEndings[name.toLowerCase()];

/** What a file is by its name, such as events.csv.gz. @throws TransferRefused where neither that nor `type` tells. */
const formOf = (file: string, type?: string): { readonly format: ExportFormat; readonly isPacked: boolean } => {
  const [, ending = "", packed] = /(?:\.([^./\\]+))?(\.gz)?$/i.exec(file) ?? [];
  const format = formatOf(type ?? ending);
  if (format === undefined)
    throw new TransferRefused(
      `What ${file} is cannot be told by its name: it ends with .csv, .ndjson or .json, and perhaps .gz.`,
    );
  return { format, isPacked: packed !== undefined };
};

const send = (url: URL, method: string, headers: Record<string, string>): ClientRequest =>
  (url.protocol === "https:" ? requestByHttps : requestByHttp)(url, { method, headers });

const answerTo = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });

const textOf = async (answer: Readable): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
};

interface Refusal {
  readonly errors: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly import?: ReportJson };
  }[];
}

const wordsOf = ({ errors }: Refusal): string => {
  const wantsToken = errors.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED");
  const hint = wantsToken ? ["This command takes one from the environment variable SURECOUNT_TOKEN."] : [];
  return [...errors.map(({ message }) => message), ...hint].join(" ");
};

interface ImportDeps {
  readonly server: RemoteServer;
  /** `-`: what is piped in. */
  readonly file: string;
  readonly type?: string | undefined;
  readonly input: Readable;
  readonly output: Output;
}

/** Sends the file. Gives the lines to print, and whether every line of it is counted. @throws TransferRefused. */
export const importThrough = async ({ server, file, type, input, output }: ImportDeps) => {
  const { format, isPacked } = formOf(file, type);
  const size = file === "-" ? null : await sizeOf(file);
  const id = randomUUID();
  const request = send(new URL(`/import?id=${id}`, server.url), "POST", {
    ...credentialsOf(server),
    "content-type": mediaTypes[format],
    ...(isPacked ? { "content-encoding": "gzip" } : {}),
    ...(size === null ? {} : { "content-length": String(size) }),
  });
  const answering = answerTo(request);
  const progress = watchImport({ server, id, output });
  try {
    // Where the server refuses the file it stops taking it: what it answers says more than the broken connection.
    const sending = pipeline(file === "-" ? input : createReadStream(file), request).catch(() => undefined);
    const answer = await answering;
    const body = await textOf(answer);
    await sending;
    return concluded(JSON.parse(body) as ReportJson | Refusal);
  } finally {
    await progress.close();
  }
};

const sizeOf = async (file: string): Promise<number> => {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new TransferRefused(`There is no file ${JSON.stringify(file)}.`);
  return found.size;
};

const concluded = (answer: ReportJson | Refusal): { readonly lines: readonly string[]; readonly isWhole: boolean } => {
  if (!("errors" in answer))
    return { lines: importLines(answer), isWhole: answer.conflicts === 0 && answer.rejected === 0 };
  const report = answer.errors[0]?.extensions?.import;
  return { lines: report === undefined ? [wordsOf(answer)] : importLines(report), isWhole: false };
};

const POLL_MS = 500;
const QUERY =
  "query ($id: ID!) { importReport(id: $id) { bytes totalBytes lines accepted duplicates conflicts rejected } }";

type Watched = Pick<
  ReportJson,
  "bytes" | "totalBytes" | "lines" | "accepted" | "duplicates" | "conflicts" | "rejected"
>;

interface Watching {
  readonly server: RemoteServer;
  readonly id: string;
  readonly output: Output;
}

/** Shows how far the server has come, as long as it can be asked. */
const watchImport = ({ server, id, output }: Watching) => {
  const startedAtMs = performance.now();
  let asking: Promise<void> = Promise.resolve();
  let hasDrawn = false;
  const ask = async (): Promise<void> => {
    const response = await fetch(new URL("/graphql", server.url), {
      method: "POST",
      headers: { "content-type": "application/json", ...credentialsOf(server) },
      body: JSON.stringify({ query: QUERY, variables: { id } }),
    });
    const { data } = (await response.json()) as { readonly data?: { readonly importReport: Watched | null } };
    const report = data?.importReport ?? null;
    if (report === null) return;
    hasDrawn = true;
    const seconds = (performance.now() - startedAtMs) / 1_000;
    drawLine(output, output.isTTY ? importLine(report, seconds) : JSON.stringify({ step: "importing", ...report }));
  };
  const timer = setInterval(
    () => {
      asking = asking.then(ask).catch(() => undefined);
    },
    output.isTTY ? POLL_MS : 10 * POLL_MS,
  );
  return {
    close: async (): Promise<void> => {
      clearInterval(timer);
      await asking;
      if (hasDrawn) leaveLine(output);
    },
  };
};

const importLine = (report: Watched, seconds: number): string => {
  const { bytes, totalBytes, lines, accepted, duplicates, conflicts, rejected } = report;
  const bar = totalBytes === null ? "" : `${barOf(Math.min(1, bytes / Math.max(totalBytes, 1)))}  `;
  const rate = grouped(Math.round(lines / Math.max(seconds, 0.001)));
  return `importing ${bar}${grouped(lines)} lines, ${rate}/s: ${grouped(accepted)} new, ${grouped(duplicates)} duplicates, ${grouped(conflicts + rejected)} rejected`;
};

interface ExportDeps {
  readonly server: RemoteServer;
  /** `events`, `failures` or `aggregations`. */
  readonly list: string;
  readonly file: string;
  /** Parameters as in a URL. */
  readonly where?: string | undefined;
  readonly output: Output;
}

/**
 * Writes the file, which has its name only when it is whole. Gives the line to print.
 * @throws TransferRefused where the server does not give it, or what came is not what it sent.
 */
export const exportThrough = async ({ server, list, file, where = "", output }: ExportDeps): Promise<string> => {
  const { format, isPacked } = formOf(file);
  const url = new URL(`/export/${list}.${format}?${where.replace(/^\?/, "")}`, server.url);
  const request = send(url, "GET", credentialsOf(server));
  request.end();
  const answer = await answerTo(request);
  if (answer.statusCode !== 200) throw new TransferRefused(wordsOf(JSON.parse(await textOf(answer)) as Refusal));
  const part = `${file}.part`;
  const discard = (): void => rmSync(part, { force: true });
  process.once("exit", discard);
  try {
    const received = await receive(answer, { part, isPacked, output });
    const { "row-count": rows, "sha-256": sha256 } = answer.trailers;
    if (rows === undefined)
      throw new TransferRefused("A proxy has dropped the trailers that tell whether all came: ask the server itself.");
    if (sha256 !== received.sha256)
      throw new TransferRefused("What came is not what the server sent. Export it again.");
    await rename(part, file);
    return `${file}: ${grouped(Number(rows))} rows as of entry ${answer.headers["as-of-seq"]}, ${grouped(received.bytes)} bytes, SHA-256 ${sha256}${isPacked ? " unpacked" : ""}`;
  } catch (error) {
    discard();
    if (error instanceof Error && "code" in error && error.code === "ECONNRESET")
      throw new TransferRefused("The export broke off before its end. Export it again.", { cause: error });
    throw error;
  } finally {
    process.off("exit", discard);
  }
};

interface Receiving {
  readonly part: string;
  readonly isPacked: boolean;
  readonly output: Output;
}

const receive = async (answer: IncomingMessage, { part, isPacked, output }: Receiving) => {
  const hash = createHash("sha256");
  const startedAtMs = performance.now();
  const pauseMs = output.isTTY ? POLL_MS : 10 * POLL_MS;
  let bytes = 0;
  let drawnAtMs = startedAtMs;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      if (performance.now() - drawnAtMs > pauseMs) {
        drawnAtMs = performance.now();
        drawLine(
          output,
          output.isTTY ? exportLine(bytes, drawnAtMs - startedAtMs) : JSON.stringify({ step: "exporting", bytes }),
        );
      }
      yield piece;
    }
  }
  const target = createWriteStream(part, { mode: 0o600 });
  if (isPacked) await pipeline(counted, createGzip(), target);
  else await pipeline(counted, target);
  if (drawnAtMs > startedAtMs) leaveLine(output);
  return { bytes, sha256: hash.digest("hex") };
};

/** There is no bar: how long a list is shows when it has been read. */
const exportLine = (bytes: number, elapsedMs: number): string =>
  `exporting  ${grouped(bytes)} bytes, ${grouped(Math.round(bytes / elapsedMs))} kB/s`;
