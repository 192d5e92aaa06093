// A series of a chart by name, with its shape or a piece of its line.
import { Show } from "solid-js";
import type { ChartSeries } from "./chart-data.ts";
import type { LineStyle } from "./chart-plot.ts";

export const SeriesName = (props: { series: ChartSeries }) => (
  <span class="chart-name">
    <Show when={props.series.mark} fallback={<LineSample series={props.series} />}>
      {(mark) => mark()()}
    </Show>
    <span>{props.series.label}</span>
  </span>
);

/** A piece of a line as it is drawn. */
export const LineSample = (props: { series: LineStyle }) => (
  <svg class="line-sample" viewBox="0 0 16 12" width="16" height="12" aria-hidden="true">
    <path
      d="M0 6H16"
      stroke={`var(${props.series.color})`}
      stroke-width="2"
      stroke-dasharray={props.series.dash?.join(" ")}
    />
  </svg>
);
