// The drawing of a chart and what lies over it: the names at the ends of the series, and the exact numbers of the
// point that the mouse or the keyboard has reached. Redrawn at most once a frame.
import { createEffect, createMemo, createSignal, createUniqueId, For, on, onCleanup, onMount, Show } from "solid-js";
import type { ChartProps } from "./Chart.tsx";
import { type ChartData, nearestIndex, spanOf, wordsAt } from "./chart-data.ts";
import { spreadLabels } from "./chart-labels.ts";
import { createPalette, type Palette } from "./chart-palette.ts";
import { createPlot, type Geometry, type Plot } from "./chart-plot.ts";
import { SeriesName } from "./SeriesName.tsx";

const MIN_WIDTH_FOR_NAMES_PX = 640;
const NAME_HEIGHT_PX = 18;
const LETTER_PX = 7;
const MAX_GUTTER_PX = 184;
/** The last text below the axis reaches half its width beyond the plot. */
const BARE_GUTTER_PX = 28;
const LEAP = 10;

interface ChartPlotProps extends ChartProps {
  readonly data: ChartData;
  /** Told whether there is room for the names beside the lines. */
  readonly onNames: (areBeside: boolean) => void;
}

export const ChartPlot = (props: ChartPlotProps) => {
  let host: HTMLDivElement | undefined;
  let plot: Plot | undefined;
  let palette: Palette | undefined;
  const helpId = createUniqueId();
  const [widthPx, setWidthPx] = createSignal(0);
  const [geometry, setGeometry] = createSignal<Geometry>();
  const [pointed, setPointed] = createSignal<{ readonly index: number; readonly leftPx: number } | null>(null);
  const [said, setSaid] = createSignal("");
  /** Where the keyboard stands, by time: live data move the points under it. */
  let standsAtMs: number | null = null;
  let anchor: number | null = null;

  const gutterPx = () => {
    const { series } = props.data;
    if (series.length < 2 || widthPx() < MIN_WIDTH_FOR_NAMES_PX) return BARE_GUTTER_PX;
    return Math.min(MAX_GUTTER_PX, 40 + LETTER_PX * Math.max(...series.map(({ label }) => label.length)));
  };
  const names = createMemo(() => {
    const known = geometry();
    if (!known || gutterPx() === BARE_GUTTER_PX || known.ends.length !== props.data.series.length) return [];
    const { plot: area, ends } = known;
    const wanted = ends.map((end) => (end ?? area.top + area.height) - area.top);
    const placed = spreadLabels(wanted, { heightPx: NAME_HEIGHT_PX, roomPx: area.height });
    return (placed ?? []).map((y) => ({ x: area.left + area.width + 8, y: y + area.top }));
  });
  createEffect(() => props.onNames(names().length > 0));

  let frame = 0;
  const draw = () => {
    frame = 0;
    plot?.setData({ timesMs: props.data.timesMs, values: props.data.series.map(({ values }) => values) });
    if (standsAtMs !== null) plot?.pointAt(nearestIndex(props.data, standsAtMs));
  };
  const requestDraw = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };

  const structure = createMemo(() =>
    JSON.stringify([
      ...[props.kind, props.spansGaps, props.timeZone, props.isWhole, props.fromZero, props.onBrush !== undefined],
      props.data.series.map(({ color, dash }) => [color, dash]),
    ]),
  );
  const build = (element: HTMLElement, colors: Palette) => {
    plot?.close();
    plot = createPlot({
      ...{ element, palette: colors, kind: props.kind, timeZone: props.timeZone, gutterPx },
      styles: props.data.series.map(({ color, dash }) => ({ color, dash })),
      spansGaps: props.spansGaps === true,
      isWhole: props.isWhole === true,
      fromZero: props.fromZero !== false,
      span: () => props.span,
      nowMs: () => props.nowMs,
      marksMs: () => props.marksMs ?? [],
      solidUntilMs: () => props.data.timesMs[(props.data.underWayIndex ?? Number.NaN) - 1],
      canBrush: props.onBrush !== undefined,
      onPoint: (index, leftPx) => setPointed(index === null ? null : { index, leftPx }),
      onBrush: (span) => props.onBrush?.(span),
      onDraw: setGeometry,
    });
    requestDraw();
  };

  onMount(() => {
    const element = host as HTMLDivElement;
    const colors = createPalette(element, () => plot?.redraw());
    palette = colors;
    const observer = new ResizeObserver(() => {
      setWidthPx(element.clientWidth);
      if (element.clientWidth > 0) plot?.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    setWidthPx(element.clientWidth);
    observer.observe(element);
    createEffect(on(structure, () => build(element, colors)));
    createEffect(on(() => [props.data, props.span, gutterPx()], requestDraw, { defer: true }));
    createEffect(
      on(
        () => props.nowMs,
        () => plot?.redraw(),
        { defer: true },
      ),
    );
    onCleanup(() => observer.disconnect());
  });
  onCleanup(() => {
    cancelAnimationFrame(frame);
    palette?.close();
    plot?.close();
  });

  const standAt = (index: number) => {
    standsAtMs = props.data.timesMs[index] ?? null;
    plot?.pointAt(index);
    plot?.mark(anchor === null ? null : [anchor, index]);
    setSaid(wordsAt(props.data, index));
  };
  const leave = () => {
    standsAtMs = null;
    anchor = null;
    plot?.mark(null);
    plot?.pointAt(null);
  };
  const walk = (event: KeyboardEvent, index: number) => {
    const last = props.data.timesMs.length - 1;
    const to = Math.min(last, Math.max(0, index));
    const from = pointed()?.index ?? to;
    if (!event.shiftKey) anchor = null;
    else if (props.onBrush) anchor ??= from;
    event.preventDefault();
    standAt(to);
  };
  const choose = () => {
    const here = pointed()?.index;
    if (anchor === null || here === undefined) return;
    const span = spanOf(props.data, [anchor, here]);
    leave();
    props.onBrush?.(span);
  };
  const press = (event: KeyboardEvent) => {
    const last = props.data.timesMs.length - 1;
    const here = pointed()?.index;
    if (event.key === "ArrowRight") return walk(event, here === undefined ? 0 : here + 1);
    if (event.key === "ArrowLeft") return walk(event, here === undefined ? last : here - 1);
    if (event.key === "PageDown") return walk(event, (here ?? 0) + LEAP);
    if (event.key === "PageUp") return walk(event, (here ?? last) - LEAP);
    if (event.key === "Home") return walk(event, 0);
    if (event.key === "End") return walk(event, last);
    if (event.key === "Enter") return choose();
    if (event.key !== "Escape" || here === undefined) return;
    // What lies under the chart is not closed as well.
    event.stopPropagation();
    leave();
  };

  return (
    <>
      <div
        class="chart-plot"
        role="application"
        aria-roledescription="chart"
        aria-label={props.label}
        aria-describedby={helpId}
        tabindex="0"
        on:keydown={press}
        onFocusOut={leave}
      >
        <div class="chart-host" ref={host} />
        <Show when={names().length > 0}>
          <ul class="chart-ends">
            <For each={props.data.series}>
              {(series, index) => (
                <li
                  class="chart-end"
                  style={{ left: `${names()[index()]?.x ?? 0}px`, top: `${names()[index()]?.y ?? 0}px` }}
                >
                  <SeriesName series={series} />
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={pointed()}>
          {(point) => <Tooltip data={props.data} kind={props.kind} point={point()} geometry={geometry()} />}
        </Show>
      </div>
      <p class="visually-hidden" id={helpId}>
        {props.description} The arrow keys walk the points
        {props.onBrush ? ", with Shift they choose a range that Enter zooms into" : ""}.
      </p>
      <p class="visually-hidden" role="status">
        {said()}
      </p>
    </>
  );
};

const Tooltip = (props: {
  data: ChartData;
  kind: ChartProps["kind"];
  point: { readonly index: number; readonly leftPx: number };
  geometry: Geometry | undefined;
}) => {
  const x = () => (props.geometry?.plot.left ?? 0) + props.point.leftPx;
  const isRight = () => props.point.leftPx > (props.geometry?.plot.width ?? 0) / 2;
  // In the order in which the eye finds them: areas from the top down.
  const series = () => (props.kind === "areas" ? props.data.series.toReversed() : props.data.series);
  return (
    <div class="chart-tooltip" data-side={isRight() ? "left" : "right"} style={{ left: `${x()}px` }} aria-hidden="true">
      <p>{props.data.timeTexts[props.point.index]}</p>
      <dl>
        <For each={series()}>
          {(one) => (
            <div>
              <dt>
                <SeriesName series={one} />
              </dt>
              <dd>{one.texts[props.point.index]}</dd>
            </div>
          )}
        </For>
      </dl>
    </div>
  );
};
