// What was received lately, minute by minute: as the server counted it, and on top what the feed has brought since, so
// that the chart moves with each event.
import { type Counts, columns, isOutcome } from "../api/counts.ts";
import { indexAfter } from "../api/tail.ts";
import type { ChartData } from "../chart/chart-data.ts";
import { formatClock, formatCount } from "../format.ts";

export interface Minute extends Counts {
  /** When it begins. */
  readonly from: string;
}

interface Received {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
}

const MINUTE_MS = 60_000;
export const HOUR_MINUTES = 60;

const nothing: Counts = { received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };

/**
 * The minutes, oldest first, with the entries after the one up to which the server counted. As many as before: where
 * a new one begins the oldest goes.
 */
export const extendMinutes = (
  { minutes, asOfSeq }: { readonly minutes: readonly Minute[]; readonly asOfSeq: number },
  entries: readonly Received[],
): readonly Minute[] => {
  const extended = minutes.map((minute) => ({ ...minute }));
  const first = Date.parse(minutes[0]?.from ?? "");
  for (let index = indexAfter(entries, asOfSeq); index < entries.length; index += 1) {
    const entry = entries[index];
    if (!entry || !isOutcome(entry.action)) continue;
    const place = Math.floor((Date.parse(entry.at) - first) / MINUTE_MS);
    if (!(place >= 0 && place < extended.length + minutes.length)) continue;
    while (extended.length <= place)
      extended.push({ ...nothing, from: new Date(first + extended.length * MINUTE_MS).toISOString() });
    const minute = extended[place];
    if (!minute) continue;
    minute.received += 1;
    minute[columns[entry.action]] += 1;
  }
  return extended.slice(-minutes.length);
};

/** All that the minutes counted, together. */
export const sumOf = (minutes: readonly Counts[]): Counts => {
  const sum = { ...nothing };
  for (const minute of minutes) for (const key of Object.keys(nothing) as (keyof Counts)[]) sum[key] += minute[key];
  return sum;
};

/** How the minutes divide by outcome, to be drawn; no points where nothing was received. */
export const chartOf = (minutes: readonly Minute[], zone: "local" | "UTC"): ChartData => {
  const drawn = sumOf(minutes).received === 0 ? [] : minutes;
  return {
    timesMs: drawn.map(({ from }) => Date.parse(from)),
    timeTexts: drawn.map(({ from }) => formatClock({ at: from, zone })),
    series: outcomes.map(({ key, label, color }) => ({
      ...{ label, color },
      values: drawn.map((minute) => minute[key]),
      texts: drawn.map((minute) => formatCount(minute[key])),
    })),
  };
};

const outcomes = [
  { key: "accepted", label: "Accepted", color: "--accepted" },
  { key: "duplicates", label: "Duplicates", color: "--duplicate" },
  { key: "conflicts", label: "Conflicts", color: "--conflict" },
  { key: "rejected", label: "Rejected", color: "--rejected" },
] as const;

/** The stretch of time that the minutes cover, the one in progress in full. */
export const spanOf = (minutes: readonly Minute[]): { readonly fromMs: number; readonly toMs: number } => ({
  fromMs: Date.parse(minutes[0]?.from ?? ""),
  toMs: Date.parse(minutes.at(-1)?.from ?? "") + MINUTE_MS,
});
