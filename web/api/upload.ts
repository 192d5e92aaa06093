// Sends a file to be imported. The browser reads it from the disk as it is sent, so that its size does not matter.
import type { Fault } from "./fault.ts";

export interface FileKind {
  /** What the API calls it. */
  readonly type: string;
  readonly isPacked: boolean;
}

const types: Readonly<Record<string, string>> = {
  ...{ ndjson: "application/x-ndjson", jsonl: "application/x-ndjson", csv: "text/csv", json: "application/json" },
};

/** What a file is by its name; null where that does not tell. */
export const kindOfFile = (name: string): FileKind | null => {
  const [, ending = "", packed] = /\.([a-z]+)(\.gz)?$/i.exec(name) ?? [];
  const type = types[ending.toLowerCase()];
  return type === undefined ? null : { type, isPacked: packed !== undefined };
};

export interface Upload {
  /** Null once the server has read all of it; resolves also where it was cancelled. */
  readonly fault: Promise<Fault | null>;
  cancel(): void;
}

interface UploadDeps {
  readonly id: string;
  readonly file: File;
  readonly kind: FileKind;
  /** How many bytes have left. */
  readonly onSent: (bytes: number) => void;
}

export const uploadFile = ({ id, file, kind, onSent }: UploadDeps): Upload => {
  const request = new XMLHttpRequest();
  const { promise, resolve } = Promise.withResolvers<Fault | null>();
  request.upload.onprogress = ({ loaded }) => onSent(loaded);
  request.onload = () => resolve(request.status < 400 ? null : faultIn(request.responseText));
  request.onerror = () => resolve(unreachable);
  request.onabort = () => resolve(null);
  request.open("POST", `/import?id=${encodeURIComponent(id)}`);
  request.setRequestHeader("content-type", kind.type);
  if (kind.isPacked) request.setRequestHeader("content-encoding", "gzip");
  request.send(file);
  return { fault: promise, cancel: () => request.abort() };
};

const unreachable: Fault = {
  ...{ code: "UNREACHABLE", title: "The file could not be sent to its end" },
  message: "The connection broke, or the file was changed meanwhile. What the server had read is counted.",
  problems: [],
};

/** The error in an answer, which says what is wrong as the API does. */
const faultIn = (text: string): Fault => {
  const { code, message } = readError(text);
  return { code, title: "The file was not imported to its end", message, problems: [] };
};

const readError = (text: string): { readonly code: string; readonly message: string } => {
  try {
    const [error] = JSON.parse(text).errors;
    return { code: String(error.extensions.code), message: String(error.message) };
  } catch {
    return { code: "INTERNAL", message: "The server gave no reason." };
  }
};
