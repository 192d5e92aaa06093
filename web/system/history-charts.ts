// What the charts of the room show: for each its lines, by which figure of a step, in which unit. Steps in which no
// server was there are gaps.
import type { HistoryPercentiles, HistoryPoint, SystemHistory } from "../api/system-history-operations.ts";
import type { ChartData } from "../chart/chart-data.ts";
import { formatBytes, formatClock, formatCount, formatDuration, formatPerSecond } from "../format.ts";

interface Line {
  readonly label: string;
  readonly color: string;
  readonly dash?: readonly number[];
  /** Null where nothing is known. */
  readonly of: (point: HistoryPoint) => number | null;
}

export interface ChartPlan {
  readonly title: string;
  /** What it shows, for those who do not know the word. */
  readonly meaning: string;
  /** In which the values are drawn. */
  readonly axis: string;
  readonly kind: "lines" | "areas";
  /** What the values are divided by to be drawn in that unit. */
  readonly unit: number;
  readonly format: (value: number) => string;
  readonly lines: readonly Line[];
  readonly isWhole?: boolean;
}

const rate = (countOf: (point: HistoryPoint) => number) => (point: HistoryPoint) =>
  point.seconds > 0 ? countOf(point) / point.seconds : null;

const percentiles = (of: (point: HistoryPoint) => HistoryPercentiles | null): readonly Line[] => [
  { label: "p99", color: "--ink", of: (point) => of(point)?.p99 ?? null },
  { label: "p95", color: "--accent", of: (point) => of(point)?.p95 ?? null },
  { label: "p50", color: "--quiet", dash: [4, 3], of: (point) => of(point)?.p50 ?? null },
];

const times = { axis: "ms", kind: "lines", unit: 1e-3, format: formatDuration } as const;
const perSecond = { unit: 1, format: formatPerSecond } as const;
const bytes = { axis: "MB", kind: "lines", unit: 1e6, format: formatBytes } as const;
const counts = { kind: "lines", unit: 1, format: formatCount, isWhole: true } as const;

export const plans: readonly ChartPlan[] = [
  {
    ...{ title: "Events", meaning: "received, by outcome", axis: "a second", kind: "areas", ...perSecond },
    lines: [
      { label: "Accepted", color: "--accepted", of: rate(({ accepted }) => accepted) },
      { label: "Duplicates", color: "--duplicate", of: rate(({ duplicates }) => duplicates) },
      { label: "Conflicts", color: "--conflict", of: rate(({ conflicts }) => conflicts) },
      { label: "Rejected", color: "--rejected", of: rate(({ rejected }) => rejected) },
    ],
  },
  {
    ...{ title: "Commit", meaning: "from the beginning of a transaction to its end on disk", ...times },
    lines: percentiles(({ commitSeconds }) => commitSeconds),
  },
  {
    ...{ title: "Wait for the lock", meaning: "until a group of events may write", ...times },
    lines: percentiles(({ lockWaitSeconds }) => lockWaitSeconds),
  },
  {
    ...{ title: "Requests", meaning: "the time that queries and mutations took", ...times },
    lines: percentiles(({ requestSeconds }) => requestSeconds),
  },
  {
    ...{ title: "Answers", meaning: "of queries and mutations", axis: "a second", kind: "lines", ...perSecond },
    lines: [
      { label: "all", color: "--ink", of: rate(({ requestSeconds }) => requestSeconds?.count ?? 0) },
      { label: "with errors", color: "--rejected", of: rate(({ errors }) => errors) },
    ],
  },
  {
    ...{ title: "Event loop", meaning: "how late a server comes to its work", ...times },
    lines: percentiles(({ eventLoopDelaySeconds }) => eventLoopDelaySeconds),
  },
  {
    ...{ title: "Group", meaning: "events that were committed together", axis: "events", ...counts },
    lines: percentiles(({ commitEvents }) => commitEvents),
  },
  {
    ...{ title: "Waiting events", meaning: "sent, and not yet on disk, at most", axis: "events", ...counts },
    lines: [{ label: "waiting", color: "--ink", of: ({ waitingEvents }) => waitingEvents }],
  },
  {
    ...{ title: "Behind the log", meaning: "entries not yet taken, at most", axis: "entries", ...counts },
    lines: [
      { label: "live feed", color: "--ink", of: ({ feedLag }) => feedLag },
      { label: "webhooks", color: "--accent", of: ({ webhookLag }) => webhookLag },
    ],
  },
  {
    ...{ title: "Subscribers", meaning: "readers of the live feed, at most", axis: "readers", ...counts },
    lines: [{ label: "subscribers", color: "--ink", of: ({ subscribers }) => subscribers }],
  },
  {
    ...{ title: "Later work", meaning: "failed events to be tried again, and jobs", axis: "items", ...counts },
    lines: [
      { label: "retry queue", color: "--ink", of: ({ retryQueue }) => retryQueue },
      { label: "jobs", color: "--accent", of: ({ runningJobs }) => runningJobs },
    ],
  },
  {
    ...{ title: "Processor", meaning: "100% is one core", axis: "%", kind: "lines", unit: 0.01 },
    format: (share) => `${(share * 100).toFixed(1)}%`,
    lines: [{ label: "processor", color: "--ink", of: ({ cpuShare }) => cpuShare }],
  },
  {
    ...{ title: "Memory", meaning: "at most", ...bytes },
    lines: [
      { label: "held", color: "--ink", of: ({ residentBytes }) => residentBytes },
      { label: "heap", color: "--accent", of: ({ heapBytes }) => heapBytes },
    ],
  },
  {
    ...{ title: "Database", meaning: "on disk", ...bytes },
    lines: [
      { label: "size", color: "--ink", of: ({ sizeBytes }) => sizeBytes },
      { label: "WAL", color: "--accent", of: ({ walBytes }) => walBytes },
    ],
  },
  {
    ...{ title: "Free disk", meaning: "where the database lies, at least", ...bytes, axis: "GB", unit: 1e9 },
    lines: [{ label: "free", color: "--ink", of: ({ freeBytes }) => freeBytes }],
  },
  {
    ...{ title: "Connections", meaning: "to PostgreSQL, at most", axis: "connections", ...counts },
    lines: [
      { label: "at work", color: "--ink", of: ({ busyConnections }) => busyConnections },
      { label: "callers that wait", color: "--rejected", of: ({ waitingCallers }) => waitingCallers },
    ],
  },
];

/** The lines of which anything is known in this time; what a backend cannot tell is not drawn. */
const knownLines = ({ lines }: ChartPlan, { points }: SystemHistory): readonly Line[] =>
  lines.filter(({ of }) => points.some((point) => of(point) !== null));

export const isKnown = (plan: ChartPlan, history: SystemHistory): boolean => knownLines(plan, history).length > 0;

/** All steps from the first of which anything is known; what is between them and is not known is a gap. */
export const chartOf = (plan: ChartPlan, history: SystemHistory, zone: "local" | "UTC"): ChartData => {
  const steps = stepsOf(history);
  const isLong = history.stepSeconds >= 3_600;
  return {
    timesMs: steps.map(({ atMs }) => atMs),
    timeTexts: steps.map(({ atMs }) => timeText(new Date(atMs).toISOString(), { zone, isLong })),
    series: knownLines(plan, history).map(({ label, color, dash, of }) => {
      const values = steps.map(({ point }) => (point === undefined ? null : of(point)));
      return {
        ...{ label, color, dash },
        values: values.map((value) => (value === null ? null : value / plan.unit)),
        texts: values.map((value) => (value === null ? "–" : plan.format(value))),
      };
    }),
  };
};

interface Step {
  readonly atMs: number;
  readonly point: HistoryPoint | undefined;
}

const stepsOf = ({ points, stepSeconds }: SystemHistory): readonly Step[] => {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]));
  const [firstMs, lastMs] = [Date.parse(points[0]?.at ?? ""), Date.parse(points.at(-1)?.at ?? "")];
  const stepMs = stepSeconds * 1_000;
  const length = points.length === 0 ? 0 : Math.round((lastMs - firstMs) / stepMs) + 1;
  return Array.from({ length }, (_, index) => {
    const atMs = firstMs + index * stepMs;
    return { atMs, point: byTime.get(atMs) };
  });
};

const timeText = (
  at: string,
  { zone, isLong }: { readonly zone: "local" | "UTC"; readonly isLong: boolean },
): string => (isLong ? `${dayIn(at, zone)} ${formatClock({ at, zone })}` : formatClock({ at, zone }));

const dayIn = (at: string, zone: "local" | "UTC"): string =>
  new Date(at).toLocaleDateString("en-GB", {
    ...{ day: "numeric", month: "short" },
    ...(zone === "UTC" ? { timeZone: "UTC" } : {}),
  });
