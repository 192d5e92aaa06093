// How fast events come in, and what became of them in the last hour: a chart that moves with the feed, and each outcome
// against the hour before.
import { useClient } from "@urql/solid";
import { createMemo, For, lazy, Show } from "solid-js";
import type { Counts } from "../api/counts.ts";
import { useLive } from "../api/live.ts";
import { useNews } from "../api/news.ts";
import type { Outcome } from "../api/operations.ts";
import { ActivityQuery } from "../api/overview-operations.ts";
import { createQuery } from "../api/query.ts";
import { useTotals } from "../api/totals.ts";
import { useWhyNot } from "../api/viewer.ts";
import { now } from "../clock.ts";
import { Notice } from "../components/Notice.tsx";
import { Shape } from "../components/Outcome.tsx";
import { formatCount, formatPerSecond, formatShare } from "../format.ts";
import { timeZone } from "../times.ts";
import { chartOf, extendMinutes, HOUR_MINUTES, type Minute, spanOf, sumOf } from "./activity.ts";

// The library that draws is not needed for the first sight of the numbers.
const Chart = lazy(() => import("../chart/Chart.tsx").then((part) => ({ default: part.Chart })));

const CHART_PX = 240;

/** Minutes are counted of all clients together: who is bound to some does not see them. */
export const LastHour = () => {
  const whyNot = useWhyNot({ scope: "READ", isOverall: true });
  return (
    <Show when={!whyNot()}>
      <Minutes />
    </Show>
  );
};

const Minutes = () => {
  const live = useLive();
  const totals = useTotals();
  const query = createQuery({
    client: useClient(),
    document: ActivityQuery,
    variables: () => ({ minutes: 2 * HOUR_MINUTES }),
  });
  // The feed brings the events; only a minute in which none comes, or a lost connection, is news.
  useNews({ isNews: () => false, task: query.refresh });
  const minutes = createMemo(() => {
    const activity = query.data()?.activity;
    return activity && extendMinutes({ minutes: activity.buckets, asOfSeq: activity.asOfSeq }, live.tail().entries);
  });
  const hour = createMemo(() => minutes()?.slice(-HOUR_MINUTES));
  const before = () => minutes()?.slice(0, HOUR_MINUTES);
  const chart = createMemo(() => {
    const known = hour();
    return known && { data: chartOf(known, timeZone()), span: spanOf(known) };
  });
  const nowMs = () => Math.min(now(), chart()?.span.toMs ?? Number.POSITIVE_INFINITY);
  return (
    <section class="panel panel-hour" aria-labelledby="hour-title">
      <header class="section-head panel-head">
        <h2 id="hour-title">Last hour</h2>
        <span class="quiet section-note">
          <Show when={totals.throughput() !== undefined}>
            {formatPerSecond(totals.throughput() ?? 0)} over the last minute
          </Show>
        </span>
      </header>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <HourTerms hour={totalOf(hour())} before={totalOf(before())} />
      <div class="hour-chart">
        <Chart
          label="Events received in the last hour, by outcome"
          axis="events a minute"
          kind="areas"
          data={chart()?.data}
          timeZone={timeZone() === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone}
          span={chart()?.span}
          nowMs={nowMs()}
          isWhole
          heightPx={CHART_PX}
          empty="Nothing was received in the last hour."
        />
      </div>
    </section>
  );
};

const totalOf = (minutes: readonly Minute[] | undefined): Counts | undefined => minutes && sumOf(minutes);

const terms: readonly { readonly key: keyof Counts; readonly outcome: Outcome | null; readonly word: string }[] = [
  { key: "received", outcome: null, word: "Received" },
  { key: "accepted", outcome: "ACCEPTED", word: "Accepted" },
  { key: "duplicates", outcome: "DUPLICATE", word: "Duplicates" },
  { key: "conflicts", outcome: "CONFLICT", word: "Conflicts" },
  { key: "rejected", outcome: "REJECTED", word: "Rejected" },
];

const HourTerms = (props: { hour: Counts | undefined; before: Counts | undefined }) => (
  <dl class="hour-terms">
    <For each={terms}>
      {(term) => (
        <div>
          <dt>
            <Show when={term.outcome}>{(outcome) => <Shape outcome={outcome()} />}</Show>
            {term.word}
          </dt>
          <dd>
            <strong>{props.hour ? formatCount(props.hour[term.key]) : "–"}</strong>
          </dd>
          <dd class="quiet">{trendOf(term.key, props)}</dd>
        </div>
      )}
    </For>
  </dl>
);

/** The share in what was received, and what it was the hour before; of what was received, how much it was. */
const trendOf = (
  key: keyof Counts,
  { hour, before }: { readonly hour: Counts | undefined; readonly before: Counts | undefined },
): string => {
  if (!hour || !before) return "\u00a0";
  if (key === "received") return `hour before: ${formatCount(before.received)}`;
  if (hour.received === 0) return before.received === 0 ? "\u00a0" : `was ${shareOf(before, key)}`;
  if (before.received === 0) return shareOf(hour, key);
  const change = hour[key] / hour.received - before[key] / before.received;
  return `${shareOf(hour, key)}${turnOf(change)} ${shareOf(before, key)}`;
};

const shareOf = (counts: Counts, key: keyof Counts): string => formatShare(counts[key] / counts.received);

/** Less than this is no change that anyone would act on. */
const STEADY_SHARE = 0.005;

const turnOf = (change: number): string =>
  Math.abs(change) < STEADY_SHARE ? ", was" : change > 0 ? ", up from" : ", down from";
