// What stands along a chart's edges: the hours, days or years below it in its zone, and the names of its series beside it.

const DAY_S = 86_400;
const MONTH_S = 28 * DAY_S;
const YEAR_S = 365 * DAY_S;

type Format = (at: number) => string;

const formats = new Map<string, Format>();

const formatIn = (timeZone: string, options: Intl.DateTimeFormatOptions): Format => {
  const key = JSON.stringify([timeZone, options]);
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone, hourCycle: "h23" });
  const made: Format = (at) => format.format(at);
  formats.set(key, made);
  return made;
};

const year = { year: "numeric" } as const;
const month = { month: "short" } as const;
const day = { ...month, day: "numeric" } as const;
const minute = { hour: "2-digit", minute: "2-digit" } as const;

/** How a tick is written, and what stands below it where that has changed since the tick before. */
const tickFormats = (stepS: number): { readonly text: object; readonly below: object | null } => {
  if (stepS < 60) return { text: { ...minute, second: "2-digit" }, below: day };
  if (stepS < DAY_S) return { text: minute, below: day };
  if (stepS < MONTH_S) return { text: day, below: year };
  if (stepS < YEAR_S) return { text: month, below: year };
  return { text: year, below: null };
};

/** The texts of ticks at `atsMs`, `stepS` apart, on the clock and calendar of a zone; a second line where the day or year begins. */
export const tickLabels = (
  atsMs: readonly number[],
  { stepS, timeZone }: { readonly stepS: number; readonly timeZone: string },
): string[] => {
  const { text, below } = tickFormats(stepS);
  const write = formatIn(timeZone, text);
  const writeBelow: Format = below ? formatIn(timeZone, below) : () => "";
  let last = "";
  return atsMs.map((at) => {
    const line = writeBelow(at);
    const isNew = line !== last;
    last = line;
    return isNew ? `${write(at)}\n${line}` : write(at);
  });
};

/** The numbers beside an axis, evenly spaced: all in ones, thousands, millions … by the largest, with the digits they need. */
export const numberLabels = (values: readonly number[]): string[] => {
  const most = Math.max(...values.map(Math.abs));
  const { divisor, letter } = sizes.find(({ from }) => most >= from) ?? { divisor: 1, letter: "" };
  const step = Math.abs((values[1] ?? 0) - (values[0] ?? 0)) / divisor;
  const digits = [0, 1, 2, 3, 4, 5, 6].find((count) => isWhole(step * 10 ** count)) ?? 6;
  return values.map((value) => {
    if (value === 0) return "0";
    return `${value < 0 ? "\u2212" : ""}${Math.abs(value / divisor).toFixed(digits)}${letter}`;
  });
};

const sizes = [
  { from: 1e12, divisor: 1e12, letter: "\u202fT" },
  { from: 1e9, divisor: 1e9, letter: "\u202fG" },
  { from: 1e6, divisor: 1e6, letter: "\u202fM" },
  // Four digits are as short as two and a letter.
  { from: 1e4, divisor: 1e3, letter: "\u202fk" },
] as const;

const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-6;

/**
 * Where labels of `heightPx` go that want to be centred at `wantedPx` (one each, in any order), so that none covers
 * another and none leaves `[0, roomPx]`; null where there is no room for all.
 */
export const spreadLabels = (
  wantedPx: readonly number[],
  { heightPx, roomPx }: { readonly heightPx: number; readonly roomPx: number },
): readonly number[] | null => {
  if (wantedPx.length * heightPx > roomPx) return null;
  const order = wantedPx.map((_, index) => index).sort((one, other) => (wantedPx[one] ?? 0) - (wantedPx[other] ?? 0));
  const placed = wantedPx.map(() => 0);
  let edge = 0;
  for (const index of order) {
    placed[index] = Math.max(wantedPx[index] ?? 0, edge + heightPx / 2);
    edge = placed[index] + heightPx / 2;
  }
  edge = roomPx;
  for (const index of order.toReversed()) {
    placed[index] = Math.min(placed[index] ?? 0, edge - heightPx / 2);
    edge = placed[index] - heightPx / 2;
  }
  return placed;
};
