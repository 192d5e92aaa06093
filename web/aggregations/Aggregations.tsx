// What the numbers say: the figures of groups over time, drawn and exactly, beside those of the period before. What is
// asked stands in the address (aggregation-place.ts); all asking is done in api/aggregation-answers.ts.
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createMemo, Show } from "solid-js";
import { type AggregationAnswers, createAggregationAnswers } from "../api/aggregation-answers.ts";
import { now } from "../clock.ts";
import { ExportMenu } from "../components/ExportMenu.tsx";
import { Notice } from "../components/Notice.tsx";
import { Segments } from "../components/Segments.tsx";
import { formatCount } from "../format.ts";
import { AggregationChart, AskedWords } from "./AggregationChart.tsx";
import { AggregationControls } from "./AggregationControls.tsx";
import {
  type Params,
  type Place,
  paramsOf,
  readPlace,
  readSort,
  tallyFigures,
  tallyNames,
  tops,
  writeSort,
} from "./aggregation-place.ts";
import { type Bucket, bucketsOf } from "./aggregation-series.ts";
import { stretchWords } from "./buckets.ts";
import { Choice } from "./Choice.tsx";
import { GroupTable } from "./GroupTable.tsx";
import { NoAggregations } from "./NoAggregations.tsx";
import { TimeTable } from "./TimeTable.tsx";
import "../rooms.css";
import "./aggregations.css";

const MINUTE_MS = 60_000;

export const Aggregations = () => {
  const [params, setParams] = useSearchParams<Record<string, string | string[]>>();
  const place = createMemo(() => readPlace(params as Params));
  const go = (change: Partial<Place>) => setParams(paramsOf(change) as Record<string, string | string[] | undefined>);
  const answers = createAggregationAnswers({ client: useClient(), place, now });

  const nowMs = createMemo(() => now() - (now() % MINUTE_MS));
  const buckets = createMemo(() =>
    bucketsOf({
      ...{ series: answers.series() ?? [], drawn: answers.drawn(), figure: place().figure, fill: answers.fill() },
      ...{ interval: answers.interval(), zone: place().zone, nowMs: nowMs() },
    }),
  );
  return (
    <>
      <header class="room-head">
        <h1>Aggregations</h1>
        <ExportMenu of="aggregations" asked={answers.exported()} note="All groups, not only the first." />
      </header>
      <AggregationControls place={place()} answers={answers} go={go} />
      <Show when={answers.fault()}>{(fault) => <Notice fault={fault()} onRetry={answers.retry} />}</Show>
      <AskedWords place={place()} answers={answers} go={go} />
      <Show when={answers.groups()?.length !== 0} fallback={<NoAggregations place={place()} go={go} />}>
        <AggregationChart place={place()} answers={answers} buckets={buckets()} nowMs={nowMs()} go={go} />
        <Tables place={place()} answers={answers} buckets={buckets()} go={go} />
      </Show>
    </>
  );
};

const tables = [
  { value: "groups", text: "Groups" },
  { value: "time", text: "By time" },
] as const;

interface TablesProps {
  readonly place: Place;
  readonly answers: AggregationAnswers;
  readonly buckets: readonly Bucket[];
  readonly go: (change: Partial<Place>) => void;
}

const Tables = (props: TablesProps) => {
  const before = () => {
    const stretch = props.answers.before();
    return stretch && stretchWords(stretch, props.place.zone);
  };
  return (
    <section aria-label="Table">
      <header class="section-head">
        <Segments
          legend="Table"
          choices={tables}
          isChosen={(name) => name === props.place.table}
          onChoose={(table) => props.go({ table })}
        />
        <Ranking {...props} />
        <Show when={before()}>{(words) => <p class="quiet">Before: {words()}</p>}</Show>
      </header>
      <Show
        when={props.place.table === "groups"}
        fallback={<TimeTable buckets={props.buckets} drawn={props.answers.drawn()} />}
      >
        <GroupTable place={props.place} answers={props.answers} before={before()} go={props.go} />
      </Show>
    </section>
  );
};

/** Which groups are told apart, and the way to have them in order again where their figures have moved. */
const Ranking = (props: TablesProps) => (
  <div class="ranking">
    <Choice label="First" choices={topChoices} chosen={props.place.top} onChoose={(top) => props.go({ top })} />
    <Choice
      label="by"
      choices={orderChoices}
      chosen={writeSort(props.place.sort)}
      onChoose={(sort) => props.go({ sort: readSort(sort, props.place.figure) })}
    />
    <button
      type="button"
      class="put-in-order"
      hidden={!props.answers.isOutOfOrder()}
      onClick={() => props.answers.putInOrder()}
    >
      Put in order
    </button>
  </div>
);

const orderChoices = [
  { value: "name", text: "Name" },
  ...tallyFigures.flatMap((column) => [
    { value: `-${column}`, text: `${tallyNames[column]}, most first` },
    { value: column, text: `${tallyNames[column]}, least first` },
  ]),
];
const topChoices = tops.map((value) => ({ value, text: formatCount(value) }));
