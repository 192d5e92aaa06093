// How far an import has come, what became of its lines, and each one that was not counted.
import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { fileImport } from "../api/file-import.ts";
import type { ImportReport, RejectedLine } from "../api/import-operations.ts";
import { now } from "../clock.ts";
import { ExportMenu } from "../components/ExportMenu.tsx";
import { Outcome, Shape } from "../components/Outcome.tsx";
import { Prose } from "../components/Prose.tsx";
import { formatBytes, formatCount, formatLasting, formatPerSecond, formatPlural } from "../format.ts";

/** Of the file that this page sends. */
export const ImportProgress = () => {
  const size = () => fileImport.file()?.size ?? 0;
  const lines = () => fileImport.report()?.lines ?? 0;
  const elapsedMs = () => Math.max(1, now() - fileImport.startedAt());
  const leftMs = () => (elapsedMs() / Math.max(1, fileImport.sentBytes())) * (size() - fileImport.sentBytes());
  return (
    <>
      <progress
        max={Math.max(1, size())}
        value={fileImport.isRunning() ? fileImport.sentBytes() : size()}
        aria-label="Sent"
      />
      <p class="import-pace">
        <Show when={fileImport.isRunning()} fallback={<strong>{endWords()}</strong>}>
          <span>
            {formatBytes(fileImport.sentBytes())} of {formatBytes(size())} sent
          </span>
          <span>{formatPlural(lines(), "line")} counted</span>
          <span>{formatPerSecond(lines() / (elapsedMs() / 1_000))}</span>
          <Show when={fileImport.sentBytes() > 0 && elapsedMs() > 2_000}>
            <span>{formatLasting(leftMs())} left</span>
          </Show>
        </Show>
      </p>
      <p class="visually-hidden" role="status">
        {fileImport.isRunning() ? "" : endWords()}
      </p>
    </>
  );
};

const endWords = (): string => {
  const lines = formatPlural(fileImport.report()?.lines ?? 0, "line");
  if (fileImport.isCancelled()) return `Cancelled after ${lines}; what is counted stays counted.`;
  if (fileImport.fault()) return `Stopped after ${lines}; what is counted stays counted.`;
  return `Imported: ${lines}, each with its outcome.`;
};

const parts = [
  { key: "accepted", outcome: "ACCEPTED", words: "accepted" },
  { key: "duplicates", outcome: "DUPLICATE", words: "duplicates" },
  { key: "conflicts", outcome: "CONFLICT", words: "conflicts" },
  { key: "rejected", outcome: "REJECTED", words: "rejected" },
] as const;

export const ImportCounts = (props: { report: Readonly<Record<(typeof parts)[number]["key"], number>> }) => (
  <ul class="forecast-counts" aria-label="Outcomes of the lines">
    <For each={parts}>
      {({ key, outcome, words }) => (
        <li data-outcome={outcome} data-none={props.report[key] === 0}>
          <Shape outcome={outcome} /> <strong>{formatCount(props.report[key])}</strong> {words}
        </li>
      )}
    </For>
  </ul>
);

export const RejectedLines = (props: { report: ImportReport }) => {
  const all = () => props.report.conflicts + props.report.rejected;
  const shown = () => props.report.rejectedLines;
  return (
    <Show when={shown().length > 0}>
      <section class="rejected-lines" aria-label="Lines that were not counted">
        <header class="section-head">
          <h2>{formatPlural(all(), "line")} not counted</h2>
          <p class="quiet">
            <Show when={shown().length < all()}>The first {formatCount(shown().length)}. </Show>
            All of them wait in <A href="/failures?list=1">Failures</A>.
          </p>
          <ExportMenu
            of="failures"
            asked={{ from: props.report.startedAt, to: props.report.endedAt }}
            note="All that failed while this file was imported."
          />
        </header>
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              <th scope="col">Outcome</th>
              <th scope="col">What is wrong</th>
              <th scope="col">Failure</th>
            </tr>
          </thead>
          <tbody>
            <For each={shown()}>{(line) => <Line line={line} />}</For>
          </tbody>
        </table>
      </section>
    </Show>
  );
};

const Line = (props: { line: RejectedLine }) => (
  <tr>
    <td class="number" data-label="line">
      {formatCount(props.line.line)}
    </td>
    <td>
      <Outcome outcome={props.line.outcome} />
    </td>
    <td class="line-problems">
      <For each={props.line.problems}>
        {(problem) => (
          <p>
            <code class="code" data-kind="problem">
              {problem.code}
            </code>{" "}
            <Prose text={problem.message} />{" "}
            <Show when={problem.hint}>
              {(hint) => (
                <span class="quiet">
                  <Prose text={hint()} />
                </span>
              )}
            </Show>
          </p>
        )}
      </For>
      <code class="one-line quiet">{props.line.text}</code>
    </td>
    <td>
      <Show when={props.line.failure} fallback={<span class="quiet">tried again by itself</span>}>
        {(failure) => <A href={`/failures?list=1&failure=${encodeURIComponent(failure().id)}`}>Correct it</A>}
      </Show>
    </td>
  </tr>
);
