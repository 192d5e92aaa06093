// The drawn groups over time; dragging over it, or choosing by keyboard, zooms into whole buckets.
import { createMemo, Show } from "solid-js";
import type { AggregationAnswers } from "../api/aggregation-answers.ts";
import { Chart } from "../chart/Chart.tsx";
import type { Span } from "../chart/chart-plot.ts";
import { formatCount } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { intervalWords } from "./AggregationControls.tsx";
import { figures, type Place } from "./aggregation-place.ts";
import { chartData, type SeriesTable } from "./aggregation-series.ts";
import { nextStart, startOf, stretchWords } from "./buckets.ts";
import { type Preset, presets, type Range, writeRange } from "./ranges.ts";

const HEIGHT_PX = 280;

interface AggregationChartProps {
  readonly place: Place;
  readonly answers: AggregationAnswers;
  readonly table: SeriesTable;
  readonly nowMs: number;
  readonly go: (change: Partial<Place>) => void;
}

export const AggregationChart = (props: AggregationChartProps) => {
  const data = createMemo(() =>
    props.answers.series() === undefined ? undefined : chartData(props.table, props.answers.drawn()),
  );
  const isSummed = () => props.place.figure === "count" || props.place.figure === "sum";
  const groupCount = () => props.answers.groups()?.length ?? 0;
  const zoom = ({ fromMs, toMs }: Span) => {
    const division = { interval: props.answers.interval(), zone: props.place.zone };
    const lastStart = startOf(toMs - 1, division);
    props.go({
      range: writeRange({ fromMs: startOf(fromMs, division), toMs: nextStart(lastStart, division) }),
      zoomedFrom: props.place.zoomedFrom ?? props.place.range,
    });
  };
  return (
    <section class="drawn" aria-label="Chart" aria-busy={props.answers.isAsking()}>
      <Chart
        label={`${figures[props.place.figure]} by ${intervalWords[props.answers.interval()]}`}
        description={`${rangeWords(props.answers.range(), props.place.zone)}. The table below has the same figures.`}
        axis={props.place.figure === "count" ? "events" : (props.answers.unit() ?? "no unit")}
        kind="lines"
        data={data()}
        timeZone={props.place.zone}
        span={props.answers.range() ?? undefined}
        nowMs={props.nowMs}
        isWhole={props.place.figure === "count"}
        fromZero={isSummed()}
        heightPx={HEIGHT_PX}
        hasTable={false}
        onBrush={zoom}
      />
      <Show when={props.answers.drawn().length < groupCount()}>
        <p class="quiet drawn-note">
          Drawn: the {props.answers.drawn().length} of {formatCount(groupCount())} groups with the{" "}
          {props.place.figure === "sum" ? "largest sums" : "most events"}. All are listed.
        </p>
      </Show>
    </section>
  );
};

/** What is on the screen in words, and the way back where one has zoomed into it. */
export const AskedWords = (props: Pick<AggregationChartProps, "place" | "answers" | "go">) => {
  const zoomOut = () => {
    const { zoomedFrom } = props.place;
    if (zoomedFrom !== null) props.go({ range: zoomedFrom, zoomedFrom: null });
  };
  useShortcuts(() =>
    props.place.zoomedFrom === null ? [] : [{ key: "z", label: "Back from the time zoomed into", run: zoomOut }],
  );
  return (
    <header class="section-head asked-words">
      <h2>
        {figures[props.place.figure]} by {intervalWords[props.answers.interval()]}
      </h2>
      <p class="quiet">
        {rangeWords(props.answers.range(), props.place.zone)}, {props.place.zone}
      </p>
      <Show when={props.place.zoomedFrom}>
        {(range) => (
          <button type="button" onClick={zoomOut}>
            Back to {presets[range() as Preset]?.toLowerCase() ?? "the time before"} <kbd>z</kbd>
          </button>
        )}
      </Show>
    </header>
  );
};

const rangeWords = (range: Range, zone: string): string => (range === null ? "All time" : stretchWords(range, zone));
