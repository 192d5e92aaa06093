// uPlot, set up for one chart: thin lines or stacked areas over time in our tokens, "now" marked, a range to choose by
// dragging. It draws and measures; what is shown in words lies over it as ordinary elements (components/Chart.tsx).
import "./chart-language.ts";
import uPlot from "uplot";
import { numberLabels, tickLabels } from "./chart-labels.ts";
import type { Palette } from "./chart-palette.ts";

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LineStyle {
  /** A token: `--accepted`. */
  readonly color: string;
  /** Lengths of dash and gap in pixels; a solid line where it is left out. */
  readonly dash?: readonly number[] | undefined;
}

export interface PlotData {
  /** Ascending. */
  readonly timesMs: readonly number[];
  /** The points of each series, one for each time; null is a gap. Areas are stacked, the first at the bottom. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Where the parts of the drawing lie, in pixels from the top left corner of the element. */
export interface Geometry {
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Where each series ends; null where it has no point. */
  readonly ends: readonly (number | null)[];
}

export interface PlotDeps {
  readonly element: HTMLElement;
  readonly palette: Palette;
  readonly kind: "lines" | "steps" | "areas";
  /** Whether a line goes on over points that are missing. */
  readonly spansGaps: boolean;
  readonly styles: readonly LineStyle[];
  readonly timeZone: string;
  /** Whether the values count something, so that there is nothing between 1 and 2. */
  readonly isWhole: boolean;
  /** Whether the axis begins at 0 even where no value is near it. */
  readonly fromZero: boolean;
  /** What the time axis shows; from the first to the last time where it is undefined. */
  readonly span: () => Span | undefined;
  readonly nowMs: () => number | undefined;
  /** Instants at which something began. */
  readonly marksMs: () => readonly number[];
  /** The last complete bucket: lines are faint from there; undefined where all are complete. */
  readonly solidUntilMs: () => number | undefined;
  /** Room for the names at the right, in pixels. */
  readonly gutterPx: () => number;
  readonly canBrush: boolean;
  /** Where the crosshair stands: at which point, and how far from the left edge of the plot. */
  onPoint(index: number | null, leftPx: number): void;
  onBrush(span: Span): void;
  onDraw(geometry: Geometry): void;
}

export interface Plot {
  setData(data: PlotData): void;
  setSize(size: { width: number; height: number }): void;
  /** Draws the same again: colours or "now" have changed. */
  redraw(): void;
  /** Moves the crosshair; null takes it away. */
  pointAt(index: number | null): void;
  /** Marks what would be chosen, from one point to another; null unmarks it. */
  mark(range: readonly [number, number] | null): void;
  close(): void;
}

const FONT = "12px system-ui, sans-serif";
const MAX_DOTTED_POINTS = 16;
const MIN_BRUSH_PX = 6;

/** A chart of its own size in `element`, empty until it gets data. */
export const createPlot = (deps: PlotDeps): Plot => {
  let shown: PlotData = { timesMs: [], values: deps.styles.map(() => []) };
  const plot = new uPlot(
    {
      width: Math.max(1, deps.element.clientWidth),
      height: Math.max(1, deps.element.clientHeight),
      padding: [12, deps.gutterPx, 0, 0],
      legend: { show: false },
      tzDate: (atS) => uPlot.tzDate(new Date(atS * 1_000), deps.timeZone),
      cursor: {
        y: false,
        points: { size: 7, fill: (_, index) => strokeOf(deps, index), show: true },
        drag: { x: deps.canBrush, y: false, setScale: false },
      },
      scales: {
        x: { time: true, range: (_, first, last) => timeRange(deps.span(), first, last) },
        y: { range: (_, least, most) => valueRange(deps, least, most) },
      },
      axes: [timeAxis(deps), valueAxis(deps)],
      series: [{}, ...deps.styles.map((style, index) => seriesOf(deps, style, index))],
      bands: deps.kind === "areas" ? bandsOf(deps) : [],
      hooks: {
        setCursor: [(self) => deps.onPoint(self.cursor.idx ?? null, self.cursor.left ?? 0)],
        setSelect: [(self) => takeBrush(self, deps)],
        drawClear: [(self) => drawMarks(self, deps)],
        drawAxes: [(self) => drawNow(self, deps)],
        draw: [(self) => deps.onDraw(geometryOf(self, deps.kind))],
      },
    },
    toAligned(shown, deps.kind),
    deps.element,
  );
  const leftOf = (index: number): number => plot.valToPos((shown.timesMs[index] ?? 0) / 1_000, "x");

  return {
    setData: (data) => {
      shown = data;
      plot.setData(toAligned(data, deps.kind));
    },
    setSize: (size) => plot.setSize(size),
    redraw: () => plot.redraw(false),
    pointAt: (index) => plot.setCursor(index === null ? { left: -10, top: -10 } : { left: leftOf(index), top: 0 }),
    mark: (range) => {
      const [from, to] = range === null ? [0, 0] : [Math.min(...range.map(leftOf)), Math.max(...range.map(leftOf))];
      plot.setSelect({ left: from, width: to - from, top: 0, height: plot.over.clientHeight }, false);
    },
    close: () => plot.destroy(),
  };
};

/** uPlot counts seconds, and knows no stacks: each area ends where those below it end, plus its own value. */
const toAligned = ({ timesMs, values }: PlotData, kind: PlotDeps["kind"]): uPlot.AlignedData => {
  const timesS = timesMs.map((at) => at / 1_000);
  if (kind !== "areas") return [timesS, ...values.map((points) => [...points])];
  const sums = timesS.map(() => 0);
  const stacked = values.map((points) =>
    points.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index];
    }),
  );
  return [timesS, ...stacked];
};

const timeRange = (span: Span | undefined, firstS: number | null, lastS: number | null): [number, number] => {
  if (span) return [span.fromMs / 1_000, span.toMs / 1_000];
  if (firstS === null || lastS === null) return [0, 1];
  return firstS === lastS ? [firstS - 1_800, lastS + 1_800] : [firstS, lastS];
};

const valueRange = (deps: PlotDeps, least: number | null, most: number | null): [number, number] => {
  if (least === null || most === null || (least === 0 && most === 0)) return [0, 1];
  const mode = deps.fromZero ? 1 : 3;
  const [min, max] = uPlot.rangeNum(least, most, {
    min: { pad: 0.1, soft: 0, mode },
    max: { pad: 0.1, soft: 0, mode },
  });
  return [min ?? 0, max ?? 1];
};

const wholeSteps = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

const axisBase = (deps: PlotDeps): uPlot.Axis => ({
  stroke: () => deps.palette.color("--quiet"),
  font: FONT,
  ticks: { show: false },
});

const timeAxis = (deps: PlotDeps): uPlot.Axis => ({
  ...axisBase(deps),
  size: 40,
  gap: 8,
  lineGap: 1.3,
  space: 64,
  grid: { show: false },
  border: { show: true, width: 1, stroke: () => deps.palette.color("--line-strong") },
  values: (_self, splitsS, _axis, _space, stepS) =>
    tickLabels(
      splitsS.map((at) => at * 1_000),
      { stepS, timeZone: deps.timeZone },
    ),
});

const valueAxis = (deps: PlotDeps): uPlot.Axis => ({
  ...axisBase(deps),
  gap: 8,
  space: 36,
  size: (_self, values) => 16 + 7 * Math.max(2, ...(values ?? []).map((text) => text.length)),
  grid: { stroke: () => deps.palette.color("--line"), width: 1 },
  values: (_self, splits) => numberLabels(splits),
  ...(deps.isWhole ? { incrs: wholeSteps } : {}),
});

const strokeOf = (deps: PlotDeps, seriesIndex: number): string =>
  deps.palette.color(deps.styles[seriesIndex - 1]?.color ?? "--ink");

const AREA_OPACITY = 0.6;
const steps = uPlot.paths.stepped?.({ align: 1 });

const seriesOf = (deps: PlotDeps, style: LineStyle, index: number): uPlot.Series => ({
  // An area has no line: where it adds nothing its line would lie over those below it, and tell of what is not there.
  stroke: (self) => (deps.kind === "areas" ? "transparent" : fadingStroke(self, { deps, token: style.color })),
  width: 1.5,
  spanGaps: deps.spansGaps,
  ...(deps.kind === "steps" && steps ? { paths: steps } : {}),
  ...(style.dash ? { dash: [...style.dash] } : {}),
  // The lowest area has no line below it to which a band could reach.
  ...(deps.kind === "areas" && index === 0 ? { fill: () => deps.palette.color(style.color, AREA_OPACITY) } : {}),
  points: {
    size: 5,
    fill: () => deps.palette.color(style.color),
    show: deps.kind !== "areas",
    filter: (self, seriesIndex) => dottedPoints(self.data[seriesIndex] ?? []),
  },
});

const FAINT = 0.4;

const fadingStroke = (self: uPlot, { deps, token }: { deps: PlotDeps; token: string }): string | CanvasGradient => {
  const color = deps.palette.color(token);
  const untilMs = deps.solidUntilMs();
  const x = untilMs === undefined ? Number.NaN : self.valToPos(untilMs / 1_000, "x", true);
  if (!Number.isFinite(x)) return color;
  const gradient = self.ctx.createLinearGradient(x, 0, x + 1, 0);
  gradient.addColorStop(0, color);
  gradient.addColorStop(1, deps.palette.color(token, FAINT));
  return gradient;
};

/** All points where they are few; else those between two gaps, of which no line tells. */
const dottedPoints = (values: ArrayLike<number | null | undefined>): number[] => {
  const isPoint = (index: number): boolean => values[index] !== null && values[index] !== undefined;
  const all = Array.from({ length: values.length }, (_, index) => index).filter(isPoint);
  return all.length <= MAX_DOTTED_POINTS ? all : all.filter((index) => !isPoint(index - 1) && !isPoint(index + 1));
};

const bandsOf = (deps: PlotDeps): uPlot.Band[] =>
  deps.styles.slice(1).map(({ color }, index) => ({
    series: [index + 2, index + 1],
    fill: () => deps.palette.color(color, AREA_OPACITY),
  }));

const takeBrush = (self: uPlot, { onBrush }: PlotDeps): void => {
  const { left, width } = self.select;
  if (width < MIN_BRUSH_PX) return;
  const [fromMs = 0, toMs = 0] = [left, left + width].map((px) => Math.round(self.posToVal(px, "x") * 1_000));
  self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  onBrush({ fromMs, toMs });
};

/** A dashed line at the present, under the series, with its name at the top. */
const drawNow = (self: uPlot, { nowMs, palette }: PlotDeps): void => {
  const now = nowMs();
  if (now === undefined || self.scales.x?.min === undefined || self.scales.x.max === undefined) return;
  if (now < self.scales.x.min * 1_000 || now > self.scales.x.max * 1_000) return;
  const { ctx, bbox } = self;
  const x = Math.round(self.valToPos(now / 1_000, "x", true)) + 0.5;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = palette.color("--line-strong");
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  const width = ctx.measureText("now").width;
  const left = x - bbox.left < 40 * ratio ? x + 4 * ratio : x - 4 * ratio - width;
  // On a ground of its own: a line of the grid may pass behind it.
  ctx.fillStyle = palette.color("--paper");
  ctx.fillRect(left - 2 * ratio, bbox.top - ratio, width + 4 * ratio, 14 * ratio);
  ctx.fillStyle = palette.color("--quiet");
  ctx.fillText("now", left, bbox.top);
  ctx.restore();
};

const MARK_PX = 4;

/** A dashed line with a small triangle at its foot where something began, under the series. */
const drawMarks = (self: uPlot, { marksMs, palette }: PlotDeps): void => {
  const { ctx, bbox } = self;
  const { min, max } = self.scales.x ?? {};
  if (min === undefined || max === undefined) return;
  const ratio = uPlot.pxRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = palette.color("--line-strong");
  ctx.lineWidth = ratio;
  ctx.setLineDash([ratio, 3 * ratio]);
  for (const atMs of marksMs()) {
    if (atMs < min * 1_000 || atMs > max * 1_000) continue;
    const x = Math.round(self.valToPos(atMs / 1_000, "x", true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - MARK_PX * ratio, bottom);
    ctx.lineTo(x + MARK_PX * ratio, bottom);
    ctx.lineTo(x, bottom - 1.5 * MARK_PX * ratio);
    ctx.fill();
  }
  ctx.restore();
};

const geometryOf = (self: uPlot, kind: PlotDeps["kind"]): Geometry => {
  const ratio = uPlot.pxRatio;
  const [left, top, width, height] = [self.bbox.left, self.bbox.top, self.bbox.width, self.bbox.height].map(
    (pixels) => pixels / ratio,
  ) as [number, number, number, number];
  const lastOf = (index: number): number | null =>
    [...(self.data[index] ?? [])].findLast((value) => value !== null && value !== undefined) ?? null;
  const ends = self.data.slice(1).map((_, index) => {
    const end = lastOf(index + 1);
    if (end === null) return null;
    // An area is named in its middle, a line at its end.
    const named = kind === "areas" && index > 0 ? (end + (lastOf(index) ?? 0)) / 2 : kind === "areas" ? end / 2 : end;
    return top + self.valToPos(named, "y");
  });
  return { plot: { left, top, width, height }, ends };
};
