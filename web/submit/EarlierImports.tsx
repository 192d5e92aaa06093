// The files that this server has taken in before, or takes in now from elsewhere.
import { useClient } from "@urql/solid";
import { createEffect, For, on, Show } from "solid-js";
import { fileImport } from "../api/file-import.ts";
import { ImportReportsQuery } from "../api/import-operations.ts";
import { createQuery } from "../api/query.ts";
import { Age } from "../components/Age.tsx";
import { formatPlural } from "../format.ts";
import { ImportCounts } from "./ImportReport.tsx";

const MAX_SHOWN = 5;

export const EarlierImports = () => {
  const reports = createQuery({
    client: useClient(),
    document: ImportReportsQuery,
    variables: () => ({}),
    keeps: true,
  });
  createEffect(on(fileImport.isRunning, () => void reports.refresh(), { defer: true }));
  const others = () =>
    (reports.data()?.importReports ?? []).filter(({ id }) => id !== fileImport.report()?.id).slice(0, MAX_SHOWN);
  return (
    <Show when={others().length > 0}>
      <section class="earlier-imports" aria-label="Imports before">
        <h2>Before</h2>
        <ul>
          <For each={others()}>
            {(report) => (
              <li>
                <span>
                  <Age at={report.startedAt} />
                </span>
                <span>
                  {formatPlural(report.lines, "line")}
                  {words[report.state]}
                </span>
                <ImportCounts report={report} />
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
};

const words = { RUNNING: " so far", DONE: "", STOPPED: ", then it stopped" } as const;
