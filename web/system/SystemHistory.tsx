// What the figures of the servers were over the last hours or days, as charts that go on by themselves.

import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createMemo, For, lazy, Show } from "solid-js";
import { createHistoryWatch, type HistoryChoice } from "../api/system-history.ts";
import type { SystemHistory as History } from "../api/system-history-operations.ts";
import { now } from "../clock.ts";
import { Instant } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { Segments } from "../components/Segments.tsx";
import { formatPlural } from "../format.ts";
import { timeZone } from "../times.ts";
import { type ChartPlan, chartOf, isKnown, plans } from "./history-charts.ts";
import { type Params, paramsOf, readChoice, spanNames, spanTexts } from "./history-place.ts";
import "./system-history.css";

// The library that draws is not needed for the first sight of the numbers.
const Chart = lazy(() => import("../chart/Chart.tsx").then((part) => ({ default: part.Chart })));

const CHART_PX = 136;
/** More would be a list of its own, and tell of a server that cannot stay up. */
const MAX_STARTS = 5;

export const SystemHistory = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const choice = createMemo(() => readChoice(params as Params));
  const watch = createHistoryWatch(useClient(), choice);
  const go = (change: Partial<HistoryChoice>) => setParams(paramsOf(change), { replace: true, scroll: false });
  const shown = () =>
    plans.filter((plan) => watch.history() === undefined || isKnown(plan, watch.history() as History));
  return (
    <section class="history" aria-labelledby="history-title">
      <header class="section-head history-head">
        <h2 id="history-title">History</h2>
        <Segments
          legend="How far back"
          choices={spanNames.map((value) => ({ value, text: spanTexts[value] }))}
          isChosen={(value) => value === choice().span}
          onChoose={(span) => go({ span })}
        />
        <ServerChoice history={watch.history()} chosen={choice().server} onChoose={(server) => go({ server })} />
      </header>
      <Show when={watch.fault()}>{(fault) => <Notice fault={fault()} onRetry={watch.ask} />}</Show>
      <div class="history-charts">
        <For each={shown()}>
          {(plan) => <HistoryChart plan={plan} history={watch.history()} span={choice().span} />}
        </For>
      </div>
      <Show when={shown().length === 0}>
        <p class="empty quiet">Nothing is known of this time. The first figures come within ten seconds.</p>
      </Show>
      <Show when={watch.history()}>{(history) => <HistoryNote history={history()} />}</Show>
    </section>
  );
};

const ServerChoice = (props: {
  history: History | undefined;
  chosen: string | null;
  onChoose: (server: string | null) => void;
}) => {
  const names = () => [
    ...new Set([...(props.history?.servers ?? []), ...(props.chosen === null ? [] : [props.chosen])]),
  ];
  return (
    <Show when={names().length > 1 || props.chosen !== null}>
      <label class="filter">
        <span>Server</span>
        <select onChange={(event) => props.onChoose(event.currentTarget.value || null)}>
          <option value="" selected={props.chosen === null}>
            All together
          </option>
          <For each={names()}>
            {(name) => (
              <option value={name} selected={name === props.chosen}>
                {name}
              </option>
            )}
          </For>
        </select>
      </label>
    </Show>
  );
};

const HistoryChart = (props: { plan: ChartPlan; history: History | undefined; span: HistoryChoice["span"] }) => {
  const data = createMemo(() => props.history && chartOf(props.plan, props.history, timeZone()));
  const range = () => props.history && { fromMs: Date.parse(props.history.from), toMs: Date.parse(props.history.to) };
  return (
    <div class="history-chart" data-chart={props.plan.title}>
      <h3>
        {props.plan.title} <span class="meaning">{props.plan.meaning}</span>
      </h3>
      <Chart
        label={`${props.plan.title}: ${props.plan.meaning}, ${spanTexts[props.span]}`}
        axis={props.plan.axis}
        kind={props.plan.kind}
        data={data()}
        timeZone={timeZone() === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone}
        span={range()}
        nowMs={Math.min(now(), range()?.toMs ?? Number.POSITIVE_INFINITY)}
        marksMs={props.history?.starts.map(({ at }) => Date.parse(at))}
        isWhole={props.plan.isWhole === true}
        heightPx={CHART_PX}
        empty="Nothing is known of this time."
      />
    </div>
  );
};

const HistoryNote = (props: { history: History }) => (
  <p class="quiet history-note">
    <span>
      ≈ Percentiles are within {Number((props.history.relativeError * 100).toPrecision(2))}
      {"\u202f"}% of the exact value. A gap is a time in which no server was there.
    </span>
    <Show when={props.history.starts.length > 0}>
      <span>
        {" "}
        Dashed and marked with a triangle: {formatPlural(props.history.starts.length, "start")} of a server
        {props.history.starts.length > MAX_STARTS ? ", the last at " : ", at "}
        <For each={props.history.starts.slice(-MAX_STARTS)}>
          {({ at }, index) => (
            <>
              {index() > 0 ? ", " : ""}
              <Instant at={at} />
            </>
          )}
        </For>
        .
      </span>
    </Show>
  </p>
);
