// What the numbers say: the figures of groups over time, drawn and exactly, beside those of the period before. What is
// asked stands in the address (aggregation-place.ts); all asking is done in api/aggregation-answers.ts.
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createMemo, Show } from "solid-js";
import { toAggregationCsv, toAggregationJson } from "../aggregation-export.ts";
import { figures, type Params, type Place, paramsOf, readPlace } from "../aggregation-place.ts";
import { sortGroups } from "../aggregation-rows.ts";
import { chartData, seriesTable } from "../aggregation-series.ts";
import { createAggregationAnswers } from "../api/aggregation-answers.ts";
import { bucketStarts, nextStart, startOf, stretchWords } from "../buckets.ts";
import type { Span } from "../chart-plot.ts";
import { now } from "../clock.ts";
import { AggregationControls, intervalWords } from "../components/AggregationControls.tsx";
import { Chart } from "../components/Chart.tsx";
import { GroupTable } from "../components/GroupTable.tsx";
import { NoAggregations } from "../components/NoAggregations.tsx";
import { Notice } from "../components/Notice.tsx";
import { Segments } from "../components/Segments.tsx";
import { TimeTable } from "../components/TimeTable.tsx";
import { saveFile } from "../csv.ts";
import { formatCount } from "../format.ts";
import { type Preset, presets, writeRange } from "../ranges.ts";
import { useShortcuts } from "../shortcuts.ts";
import "../repair.css";
import "../aggregations.css";

const MINUTE_MS = 60_000;
const CHART_HEIGHT_PX = 280;

export const Aggregations = () => {
  const [params, setParams] = useSearchParams<Record<string, string | string[]>>();
  const place = createMemo(() => readPlace(params as Params));
  const go = (change: Partial<Place>) => setParams(paramsOf(change) as Record<string, string | string[] | undefined>);
  const answers = createAggregationAnswers({ client: useClient(), place, now });
  const { range, interval, groups, drawn } = answers;

  const minuteMs = createMemo(() => now() - (now() % MINUTE_MS));
  const division = () => ({ interval: interval(), zone: place().zone });
  const allStarts = createMemo(() => {
    const stretch = range();
    return stretch && bucketStarts(stretch, division());
  });
  const table = createMemo(() =>
    seriesTable({
      ...{ series: answers.series() ?? [], drawn: drawn(), unit: answers.unit() ?? null, figure: place().figure },
      // What has not come yet is not nothing.
      startsMs: allStarts()?.filter((start) => start <= minuteMs()) ?? null,
      ...division(),
      nowMs: minuteMs(),
    }),
  );
  const sorted = createMemo(() => sortGroups(groups() ?? [], place()));
  const before = () => {
    const stretch = answers.before();
    return stretch && stretchWords(stretch, place().zone);
  };

  const zoom = ({ fromMs, toMs }: Span) => {
    const lastStart = startOf(toMs - 1, division());
    const stretch = { fromMs: startOf(fromMs, division()), toMs: nextStart(lastStart, division()) };
    go({ range: writeRange(stretch), zoomedFrom: place().zoomedFrom ?? place().range });
  };
  const zoomOut = () => {
    const { zoomedFrom } = place();
    if (zoomedFrom !== null) go({ range: zoomedFrom, zoomedFrom: null });
  };
  useShortcuts(() =>
    place().zoomedFrom === null ? [] : [{ key: "z", label: "Back from the time zoomed into", run: zoomOut }],
  );
  const shown = () => ({
    ...{ place: place(), range: range(), before: answers.before(), interval: interval(), unit: answers.unit() ?? null },
    ...{ groups: sorted(), drawn: drawn(), table: table() },
  });
  const save = (kind: "csv" | "json") =>
    saveFile({
      name: `aggregations-${place().table}.${kind}`,
      type: kind === "csv" ? "text/csv;charset=utf-8" : "application/json",
      text: kind === "csv" ? toAggregationCsv(shown()) : toAggregationJson(shown()),
    });

  return (
    <>
      <header class="room-head">
        <h1>Aggregations</h1>
        <div class="buttons">
          <span class="quiet">Export</span>
          <button
            type="button"
            aria-label="Export the table as CSV"
            disabled={sorted().length === 0}
            onClick={() => save("csv")}
          >
            CSV
          </button>
          <button
            type="button"
            aria-label="Export the table as JSON"
            disabled={sorted().length === 0}
            onClick={() => save("json")}
          >
            JSON
          </button>
        </div>
      </header>
      <AggregationControls place={place()} answers={answers} go={go} />
      <Show when={answers.fault()}>{(fault) => <Notice fault={fault()} onRetry={answers.refresh} />}</Show>
      <Show when={groups() === undefined || sorted().length > 0} fallback={<NoAggregations place={place()} go={go} />}>
        <section class="drawn" aria-label="Chart" aria-busy={answers.isAsking()}>
          <header class="section-head">
            <h2>
              {figures[place().figure]} by {intervalWords[interval()]}
            </h2>
            <p class="quiet">
              {rangeWords(place(), range())}, {place().zone}
            </p>
            <Show when={place().zoomedFrom}>
              {(range) => (
                <button type="button" onClick={zoomOut}>
                  Back to {(presets[range() as Preset] ?? "the time before").toLowerCase()} <kbd>z</kbd>
                </button>
              )}
            </Show>
          </header>
          <Chart
            label={`${figures[place().figure]} by ${intervalWords[interval()]}`}
            description={`The table below has the same figures. ${rangeWords(place(), range())}.`}
            axis={place().figure === "count" ? "events" : (answers.unit() ?? "no unit")}
            kind="lines"
            data={answers.series() === undefined ? undefined : chartData(table(), drawn())}
            timeZone={place().zone}
            span={range() ?? undefined}
            nowMs={minuteMs()}
            isWhole={place().figure === "count"}
            fromZero={place().figure === "count" || place().figure === "sum"}
            heightPx={CHART_HEIGHT_PX}
            hasTable={false}
            onBrush={zoom}
          />
          <Show when={drawn().length < sorted().length}>
            <p class="quiet drawn-note">
              Drawn: the {drawn().length} of {formatCount(sorted().length)} groups with the{" "}
              {place().figure === "sum" ? "largest sums" : "most events"}. All are listed.
            </p>
          </Show>
        </section>
        <section aria-label="Table">
          <header class="section-head">
            <Segments
              legend="Table"
              choices={tables}
              isChosen={(name) => name === place().table}
              onChoose={(name) => go({ table: name })}
            />
            <Show when={before()}>{(words) => <p class="quiet">Before: {words()}</p>}</Show>
          </header>
          <Show when={place().table === "groups"} fallback={<TimeTable table={table()} drawn={drawn()} />}>
            <GroupTable place={place()} groups={sorted()} drawn={drawn()} before={before()} go={go} />
          </Show>
        </section>
      </Show>
    </>
  );
};

const tables = [
  { value: "groups", text: "Groups" },
  { value: "time", text: "By time" },
] as const;

const rangeWords = ({ zone }: Place, range: { fromMs: number; toMs: number } | null): string =>
  range === null ? "All time" : stretchWords(range, zone);
