// Events from a file: chosen or dropped, sent as it is read, and followed line by line to the report of what became of it.
import { useClient } from "@urql/solid";
import { createSignal, onCleanup, onMount, Show } from "solid-js";
import { fileImport } from "../api/file-import.ts";
import { useLive } from "../api/live.ts";
import { onReconnect } from "../api/reconnect.ts";
import { kindOfFile } from "../api/upload.ts";
import { Notice } from "../components/Notice.tsx";
import { formatBytes } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { EarlierImports } from "./EarlierImports.tsx";
import { ImportCounts, ImportProgress, RejectedLines } from "./ImportReport.tsx";

export const ImportFile = () => {
  const client = useClient();
  const [refused, setRefused] = createSignal<string>();
  const start = (file: File | undefined) => {
    if (!file || fileImport.isRunning()) return;
    const kind = kindOfFile(file.name);
    setRefused(kind === null ? file.name : undefined);
    if (kind !== null) fileImport.start({ client, file, kind });
  };
  onReconnect(useLive(), () => fileImport.follow(client));
  return (
    <section class="import" aria-label="Import a file">
      <Show when={fileImport.file()} fallback={<FileChoice onFile={start} />}>
        {(file) => (
          <div class="import-run">
            <p class="import-file">
              <strong>{file().name}</strong> <span class="quiet">{formatBytes(file().size)}</span>
            </p>
            <ImportProgress />
            <Show when={fileImport.report()}>{(report) => <ImportCounts report={report()} />}</Show>
            <Show when={fileImport.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
            <div class="buttons">
              <Show
                when={!fileImport.isRunning()}
                fallback={
                  <button type="button" onClick={() => fileImport.cancel()}>
                    Cancel
                  </button>
                }
              >
                <button type="button" onClick={() => start(file())}>
                  Import it again
                </button>
                <button type="button" onClick={() => fileImport.clear()}>
                  Another file
                </button>
              </Show>
            </div>
            <Show when={fileImport.report()}>{(report) => <RejectedLines report={report()} />}</Show>
          </div>
        )}
      </Show>
      <Show when={refused()}>
        {(name) => (
          <p role="alert">
            The name <strong>{name()}</strong> does not say what the file is: .ndjson, .jsonl, .csv or .json, each also
            with .gz behind it.
          </p>
        )}
      </Show>
      <EarlierImports />
    </section>
  );
};

/** A file may be dropped anywhere on the page: a miss would make the browser open it. */
const FileChoice = (props: { onFile: (file: File | undefined) => void }) => {
  const [isOver, setOver] = createSignal(false);
  let input: HTMLInputElement | undefined;
  useShortcuts(() => [{ key: "o", label: "Choose a file", run: () => input?.click() }]);
  const take = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") props.onFile(event.dataTransfer?.files[0]);
  };
  onMount(() => {
    for (const type of ["dragover", "dragleave", "drop"] as const) document.addEventListener(type, take);
    onCleanup(() => {
      for (const type of ["dragover", "dragleave", "drop"] as const) document.removeEventListener(type, take);
    });
  });
  return (
    <div class="file-choice" data-over={isOver()}>
      <label>
        <span>Choose a file, or drop it here</span>
        <input
          ref={input}
          type="file"
          accept=".ndjson,.jsonl,.csv,.json,.gz"
          onChange={(event) => props.onFile(event.currentTarget.files?.[0])}
        />
      </label>
      <p class="quiet">
        A JSON event on each line (.ndjson, .jsonl), a table with a head (.csv) or an array (.json), each also packed
        (.gz), of any size. Lines are counted like events that are sent one by one: the same file may be imported again,
        and nothing is counted twice.
      </p>
    </div>
  );
};
