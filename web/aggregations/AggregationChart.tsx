// The drawn groups over time; dragging over it, or choosing by keyboard, zooms into whole buckets.
import { createMemo, Show } from "solid-js";
import type { AggregationAnswers } from "../api/aggregation-answers.ts";
import { Chart } from "../chart/Chart.tsx";
import type { Span } from "../chart/chart-plot.ts";
import { formatCount, formatPlural } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { intervalWords } from "./AggregationControls.tsx";
import { isPercentile, nameOfFigure, type Place } from "./aggregation-place.ts";
import { relativeErrorOf } from "./aggregation-rows.ts";
import { type Bucket, chartData } from "./aggregation-series.ts";
import { stretchWords } from "./buckets.ts";
import { type Preset, presets, type Range, writeRange } from "./ranges.ts";

const HEIGHT_PX = 280;

interface AggregationChartProps {
  readonly place: Place;
  readonly answers: AggregationAnswers;
  readonly buckets: readonly Bucket[];
  readonly nowMs: number;
  readonly go: (change: Partial<Place>) => void;
}

export const AggregationChart = (props: AggregationChartProps) => {
  const data = createMemo(() =>
    props.answers.series() === undefined ? undefined : chartData(props.buckets, props.answers.drawn()),
  );
  const isSummed = () => props.place.figure === "count" || props.place.figure === "sum";
  const zoom = (span: Span) => {
    const first = props.buckets.findLast(({ startMs }) => startMs <= span.fromMs) ?? props.buckets[0];
    const last = props.buckets.find(({ endMs }) => endMs >= span.toMs) ?? props.buckets.at(-1);
    if (!first || !last) return;
    props.go({
      range: writeRange({ fromMs: first.startMs, toMs: last.endMs }),
      zoomedFrom: props.place.zoomedFrom ?? props.place.range,
    });
  };
  return (
    <section class="drawn" aria-label="Chart" aria-busy={props.answers.isAsking()}>
      <Chart
        label={`${nameOfFigure(props.place.figure)} by ${intervalWords[props.answers.interval()]}`}
        description={`${rangeWords(props.answers.range(), props.place.zone)}. The table below has the same figures.`}
        axis={props.place.figure === "count" ? "events" : (props.answers.unit() ?? "no unit")}
        kind={props.answers.fill() === "PREVIOUS" ? "steps" : "lines"}
        spansGaps={props.answers.fill() === "NONE"}
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
      <ChartNotes {...props} />
    </section>
  );
};

/** What the lines alone do not say. The place is kept, so that nothing below moves when a note comes. */
const ChartNotes = (props: AggregationChartProps) => {
  const listed = () => props.answers.groups()?.filter(({ isOther }) => !isOther).length ?? 0;
  const drawn = () => props.answers.drawn().length;
  const error = () => (isPercentile(props.place.figure) ? relativeErrorOf(props.answers.series() ?? []) : 0);
  const late = () => props.answers.together().tally.late;
  return (
    <p class="quiet drawn-note">
      <Show when={drawn() < listed()}>
        <span>
          Drawn: the first {drawn()} of {formatCount(listed())} listed.
        </span>
      </Show>
      <Show when={error() > 0}>
        <span>{errorWords(error())}</span>
      </Show>
      <Show when={late() > 0}>
        <span title="Received after the quarter of an hour had ended in which they lie. Their buckets have been repaired.">
          {formatPlural(late(), "event")} came late; they are counted where they belong.
        </span>
      </Show>
    </p>
  );
};

/** How exact percentiles are that were told from bins. */
export const errorWords = (relativeError: number): string =>
  `≈ Percentiles of this many events are within ${Number((relativeError * 100).toPrecision(2))}\u202f% of the exact amount.`;

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
        {nameOfFigure(props.place.figure)} by {intervalWords[props.answers.interval()]}
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
      <Show when={props.answers.asOfSeq()}>
        {(seq) => (
          <p class="quiet as-of" title="The last entry of the log that these figures include">
            as of entry {formatCount(seq())}
          </p>
        )}
      </Show>
    </header>
  );
};

const rangeWords = (range: Range, zone: string): string => (range === null ? "All time" : stretchWords(range, zone));
