// A chart over time. How it is used:
//
//   <Chart label="Outcomes per minute" axis="events a minute" kind="areas" data={data()} timeZone="UTC"
//     span={{ fromMs, toMs }} nowMs={now()} isWhole onBrush={zoom} empty="Nothing arrived in this hour." />
//
// `data` (chart-data.ts) brings numbers to draw and the exact text of each; it may change as often as it likes, the
// screen follows once a frame. While it is undefined the chart is loading; the room it takes is always the same
// (`heightPx`). Names stand at the lines where they fit, else above. The mouse, or the arrow keys once the chart has
// the focus, walk the points; dragging, or Shift with the arrows and Enter, chooses a range for `onBrush` (of raw
// instants: round them to buckets). "Table" shows the texts instead; where the room has a table of its own, say
// `hasTable={false}`. Meant for some hundreds of points and at most a dozen series.
import { createSignal, For, type JSX, Show } from "solid-js";
import { ChartPlot } from "./ChartPlot.tsx";
import type { ChartData } from "./chart-data.ts";
import type { Span } from "./chart-plot.ts";
import { SeriesName } from "./SeriesName.tsx";
import "./chart.css";

export interface ChartProps {
  /** What it shows, in a few words. */
  readonly label: string;
  /** More for those who cannot see it. */
  readonly description?: string | undefined;
  /** What the vertical axis counts: a unit, in words. */
  readonly axis: string;
  readonly kind: "lines" | "steps" | "areas";
  /** Whether a line goes on over points that are missing. */
  readonly spansGaps?: boolean;
  readonly data: ChartData | undefined;
  readonly timeZone: string;
  /** What the time axis shows; from the first to the last point where it is left out. */
  readonly span?: Span | undefined;
  readonly nowMs?: number | undefined;
  /** Instants at which something began, such as a server. */
  readonly marksMs?: readonly number[] | undefined;
  /** Whether the values are counts. */
  readonly isWhole?: boolean;
  /** Whether 0 is always in sight; so it is unless said otherwise. */
  readonly fromZero?: boolean;
  readonly heightPx?: number;
  readonly hasTable?: boolean;
  readonly onBrush?: ((span: Span) => void) | undefined;
  /** What is said where there is no point at all. */
  readonly empty?: JSX.Element;
}

const HEIGHT_PX = 240;

export const Chart = (props: ChartProps) => {
  const [isTable, setTable] = createSignal(false);
  const [areNamesBeside, setNamesBeside] = createSignal(false);
  const hasPoints = () => props.data !== undefined && props.data.timesMs.length > 0 && props.data.series.length > 0;
  const hasNames = () => !areNamesBeside() && !isTable() && (props.data?.series.length ?? 0) > 1;
  return (
    <figure class="chart" aria-label={props.label} aria-busy={props.data === undefined}>
      <figcaption class="chart-head">
        <span class="chart-axis">{props.axis}</span>
        <Show when={hasNames()}>
          <ul class="chart-names">
            <For each={props.data?.series}>
              {(series) => (
                <li>
                  <SeriesName series={series} />
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={props.hasTable !== false && hasPoints()}>
          <button type="button" class="link" aria-pressed={isTable()} onClick={() => setTable(!isTable())}>
            {isTable() ? "As chart" : "As table"}
          </button>
        </Show>
      </figcaption>
      <div class="chart-box" style={{ height: `${props.heightPx ?? HEIGHT_PX}px` }}>
        <Show
          when={hasPoints() && props.data}
          fallback={<p class="chart-empty quiet late">{props.data === undefined ? "Loading" : props.empty}</p>}
        >
          {(data) => (
            <Show
              when={isTable()}
              fallback={<ChartPlot {...props} data={data()} onNames={(areBeside) => setNamesBeside(areBeside)} />}
            >
              <ChartTable label={props.label} data={data()} />
            </Show>
          )}
        </Show>
      </div>
    </figure>
  );
};

const ChartTable = (props: { label: string; data: ChartData }) => (
  <section class="chart-table" tabindex="0" aria-label={`${props.label}, as a table`}>
    <table>
      <thead>
        <tr>
          <th scope="col">From</th>
          <For each={props.data.series}>
            {(series) => (
              <th scope="col" class="number">
                {series.label}
              </th>
            )}
          </For>
        </tr>
      </thead>
      <tbody>
        <For each={props.data.timeTexts}>
          {(timeText, index) => (
            <tr>
              <th scope="row">{timeText}</th>
              <For each={props.data.series}>{(series) => <td class="number">{series.texts[index()]}</td>}</For>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  </section>
);
