// What the numbers say: the figures of groups over time, drawn and exactly, beside those of the period before. What is
// asked stands in the address (aggregation-place.ts); all asking is done in api/aggregation-answers.ts.
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createMemo, Show } from "solid-js";
import { createAggregationAnswers } from "../api/aggregation-answers.ts";
import { now } from "../clock.ts";
import { Notice } from "../components/Notice.tsx";
import { Segments } from "../components/Segments.tsx";
import { AggregationChart, AskedWords } from "./AggregationChart.tsx";
import { AggregationControls } from "./AggregationControls.tsx";
import { type Shown, toAggregationCsv, toAggregationJson } from "./aggregation-export.ts";
import { type Params, type Place, paramsOf, readPlace } from "./aggregation-place.ts";
import { sortGroups } from "./aggregation-rows.ts";
import { seriesTable } from "./aggregation-series.ts";
import { bucketStarts, stretchWords } from "./buckets.ts";
import { saveFile } from "./csv.ts";
import { GroupTable } from "./GroupTable.tsx";
import { NoAggregations } from "./NoAggregations.tsx";
import { TimeTable } from "./TimeTable.tsx";
import "../rooms.css";
import "./aggregations.css";

const MINUTE_MS = 60_000;

export const Aggregations = () => {
  const [params, setParams] = useSearchParams<Record<string, string | string[]>>();
  const place = createMemo(() => readPlace(params as Params));
  const go = (change: Partial<Place>) => setParams(paramsOf(change) as Record<string, string | string[] | undefined>);
  const answers = createAggregationAnswers({ client: useClient(), place, now });
  const { range, interval, groups, drawn } = answers;

  const nowMs = createMemo(() => now() - (now() % MINUTE_MS));
  const division = () => ({ interval: interval(), zone: place().zone });
  const starts = createMemo(() => {
    const stretch = range();
    return stretch && bucketStarts(stretch, division());
  });
  const table = createMemo(() =>
    seriesTable({
      ...{ series: answers.series() ?? [], drawn: drawn(), unit: answers.unit() ?? null, figure: place().figure },
      // What has not come yet is not nothing.
      startsMs: starts()?.filter((start) => start <= nowMs()) ?? null,
      nowMs: nowMs(),
      ...division(),
    }),
  );
  const sorted = createMemo(() => sortGroups(groups() ?? [], place()));
  const shown = (): Shown => ({
    ...{ place: place(), range: range(), before: answers.before(), interval: interval(), unit: answers.unit() ?? null },
    ...{ groups: sorted(), drawn: drawn(), table: table() },
  });

  return (
    <>
      <header class="room-head">
        <h1>Aggregations</h1>
        <Exports shown={shown()} />
      </header>
      <AggregationControls place={place()} answers={answers} go={go} />
      <Show when={answers.fault()}>{(fault) => <Notice fault={fault()} onRetry={answers.refresh} />}</Show>
      <AskedWords place={place()} answers={answers} go={go} />
      <Show when={groups() === undefined || sorted().length > 0} fallback={<NoAggregations place={place()} go={go} />}>
        <AggregationChart place={place()} answers={answers} table={table()} nowMs={nowMs()} go={go} />
        <Tables shown={shown()} go={go} />
      </Show>
    </>
  );
};

const Exports = (props: { shown: Shown }) => {
  const isEmpty = () => props.shown.groups.length === 0;
  const save = (kind: "csv" | "json", { type, text }: { type: string; text: string }) =>
    saveFile({ name: `aggregations-by-${props.shown.place.table === "time" ? "time" : "group"}.${kind}`, type, text });
  return (
    <div class="buttons">
      <span class="quiet">Export</span>
      <button
        type="button"
        aria-label="Export the table as CSV"
        disabled={isEmpty()}
        onClick={() => save("csv", { type: "text/csv;charset=utf-8", text: toAggregationCsv(props.shown) })}
      >
        CSV
      </button>
      <button
        type="button"
        aria-label="Export the table as JSON"
        disabled={isEmpty()}
        onClick={() => save("json", { type: "application/json", text: toAggregationJson(props.shown) })}
      >
        JSON
      </button>
    </div>
  );
};

const tables = [
  { value: "groups", text: "Groups" },
  { value: "time", text: "By time" },
] as const;

const Tables = (props: { shown: Shown; go: (change: Partial<Place>) => void }) => {
  const before = () => {
    const { before, place } = props.shown;
    return before && stretchWords(before, place.zone);
  };
  return (
    <section aria-label="Table">
      <header class="section-head">
        <Segments
          legend="Table"
          choices={tables}
          isChosen={(name) => name === props.shown.place.table}
          onChoose={(table) => props.go({ table })}
        />
        <Show when={before()}>{(words) => <p class="quiet">Before: {words()}</p>}</Show>
      </header>
      <Show
        when={props.shown.place.table === "groups"}
        fallback={<TimeTable table={props.shown.table} drawn={props.shown.drawn} />}
      >
        <GroupTable
          place={props.shown.place}
          groups={props.shown.groups}
          drawn={props.shown.drawn}
          before={before()}
          go={props.go}
        />
      </Show>
    </section>
  );
};
