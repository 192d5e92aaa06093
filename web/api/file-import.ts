// One import at a time, from this page: the file on its way, and the server's report of it as it grows. It goes on while
// one looks at other rooms.
import type { Client } from "@urql/core";
import { type Accessor, batch, createRoot, createSignal } from "solid-js";
import type { Fault } from "./fault.ts";
import { ImportProgressSubscription, type ImportReport } from "./import-operations.ts";
import { type FileKind, type Upload, uploadFile } from "./upload.ts";

export interface FileImport {
  /** The file that was sent last. */
  readonly file: Accessor<File | undefined>;
  readonly isRunning: Accessor<boolean>;
  readonly sentBytes: Accessor<number>;
  readonly startedAt: Accessor<number>;
  /** Undefined before the server has told anything. */
  readonly report: Accessor<ImportReport | undefined>;
  readonly isCancelled: Accessor<boolean>;
  /** Why it ended before the file did; undefined where it was cancelled. */
  readonly fault: Accessor<Fault | undefined>;
  start(sending: { client: Client; file: File; kind: FileKind }): void;
  /** Follows the report anew: the connection was lost. */
  follow(client: Client): void;
  cancel(): void;
  clear(): void;
}

const createFileImport = (): FileImport => {
  const [file, setFile] = createSignal<File>();
  const [isSending, setSending] = createSignal(false);
  const [sentBytes, setSentBytes] = createSignal(0);
  const [startedAt, setStartedAt] = createSignal(0);
  const [report, setReport] = createSignal<ImportReport>();
  const [isCancelled, setCancelled] = createSignal(false);
  const [fault, setFault] = createSignal<Fault>();
  // The last word of the server may come after the last of the file.
  const isRunning = () => isSending() || (!fault() && !isCancelled() && report()?.state === "RUNNING");
  let upload: Upload | undefined;
  let id = "";
  let leave = () => {};

  const follow: FileImport["follow"] = (client) => {
    leave();
    if (id === "" || (report() !== undefined && report()?.state !== "RUNNING")) return;
    leave = client.subscription(ImportProgressSubscription, { id }).subscribe(({ data }) => {
      if (data) setReport(data.importProgress);
    }).unsubscribe;
  };
  const reset = (next: File | undefined) => {
    leave();
    id = next === undefined ? "" : crypto.randomUUID();
    batch(() => {
      setFile(next);
      setReport(undefined);
      setFault(undefined);
      setCancelled(false);
      setSentBytes(0);
      setStartedAt(Date.now());
    });
  };

  return {
    ...{ file, isRunning, isCancelled, sentBytes, startedAt, report, fault, follow },
    start: ({ client, file, kind }) => {
      reset(file);
      setSending(true);
      follow(client);
      upload = uploadFile({ id, file, kind, onSent: setSentBytes });
      void upload.fault.then((found) =>
        batch(() => {
          setSending(false);
          setFault(found ?? undefined);
        }),
      );
    },
    cancel: () => {
      setCancelled(true);
      upload?.cancel();
    },
    clear: () => reset(undefined),
  };
};

/** The one of this page. */
export const fileImport = createRoot(createFileImport);
