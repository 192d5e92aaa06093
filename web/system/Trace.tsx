// A figure over the last minutes as a thin line, now at the right; the numbers stand beside it. Where nobody looked the
// line breaks.
const WIDTH = 96;
const HEIGHT = 20;
/** Looks that are further apart than this are not joined. */
const MAX_GAP_MS = 5_000;

export interface Point {
  readonly at: number;
  readonly value: number | null;
}

export const Trace = (props: { points: readonly Point[]; spanMs: number }) => (
  <svg class="trace" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
    <path class="trace-base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
    <path class="trace-line" d={pathOf(props.points, props.spanMs)} />
  </svg>
);

/** From zero up to the largest: a line that only trembles must not look like one that leaps. */
export const pathOf = (points: readonly Point[], spanMs: number): string => {
  const endAt = points.at(-1)?.at ?? 0;
  const most = Math.max(...points.map(({ value }) => value ?? 0)) || 1;
  let before: Point | undefined;
  const parts = points.map((point) => {
    const { at, value } = point;
    const isJoined = before !== undefined && before.value !== null && at - before.at <= MAX_GAP_MS;
    before = point;
    if (value === null) return "";
    const x = WIDTH - 1 - ((endAt - at) / spanMs) * (WIDTH - 1);
    const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4);
    return `${isJoined ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}${isJoined ? "" : "h.5"}`;
  });
  return parts.join("");
};
