// What is asked in the room of aggregations: time, division, figure, names. On a narrow screen it folds into one line that
// says what is shown.
import { createSignal, onCleanup, Show } from "solid-js";
import type { AggregationAnswers } from "../api/aggregation-answers.ts";
import { Segments } from "../components/Segments.tsx";
import { formatCount } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import {
  type Dimension,
  dimensionNames,
  dimensions,
  type Figure,
  fillNames,
  fills,
  nameOfFigure,
  type Place,
  parsePercentiles,
  tallyFigures,
} from "./aggregation-place.ts";
import type { Interval } from "./buckets.ts";
import { Choice } from "./Choice.tsx";
import { NameFilter } from "./NameFilter.tsx";
import { RangeChoice } from "./RangeChoice.tsx";
import { fittingInterval, type Preset, possibleIntervals, presets } from "./ranges.ts";
import { knownZones } from "./zone.ts";

interface ControlsProps {
  readonly place: Place;
  readonly answers: AggregationAnswers;
  readonly go: (change: Partial<Place>) => void;
}

export const intervalWords: Readonly<Record<Interval, string>> = {
  ...{ MINUTE_15: "15 minutes", HOUR: "hour", DAY: "day", WEEK: "week", MONTH: "month" },
};

export const AggregationControls = (props: ControlsProps) => {
  const wide = matchMedia("(width >= 720px)");
  const [isWide, setWide] = createSignal(wide.matches);
  const [isOpen, setOpen] = createSignal(false);
  const follow = () => setWide(wide.matches);
  wide.addEventListener("change", follow);
  onCleanup(() => wide.removeEventListener("change", follow));
  return (
    <search aria-label="Which aggregations">
      <details
        class="asked"
        open={isWide() || isOpen()}
        onToggle={(event) => {
          if (!isWide()) setOpen(event.currentTarget.open);
        }}
      >
        <summary>{wordsOf(props.place, props.answers.interval())}</summary>
        <div class="asked-body">
          <div class="asked-line">
            <RangeChoice place={props.place} range={props.answers.range()} go={props.go} />
            <Zone {...props} />
          </div>
          <Division {...props} />
          <Names {...props} />
        </div>
      </details>
    </search>
  );
};

const wordsOf = (place: Place, interval: Interval): string =>
  [
    `${nameOfFigure(place.figure)} by ${intervalWords[interval]}`,
    presets[place.range as Preset] ?? "from – to",
    place.zone,
    ...[...place.clients, ...place.metrics],
  ].join(", ");

const Division = (props: ControlsProps) => (
  <div class="asked-line">
    <Segments<Figure>
      legend="Figure"
      choices={[...tallyFigures, ...props.place.percentiles].map((value) => ({ value, text: nameOfFigure(value) }))}
      isChosen={(value) => value === props.place.figure}
      onChoose={(figure) => props.go({ figure })}
    />
    <Choice
      label="By"
      choices={[
        { value: null, text: `${intervalWords[fittingInterval(props.answers.range())]}, as fits` },
        ...possibleIntervals(props.answers.range()).map((value) => ({ value, text: intervalWords[value] })),
      ]}
      chosen={props.place.interval}
      onChoose={(interval) => props.go({ interval })}
    />
    <Choice
      label="No event"
      choices={[{ value: null, text: "as fits" }, ...fillChoices]}
      chosen={props.place.fill}
      onChoose={(fill) => props.go({ fill })}
    />
    <label class="filter percentiles">
      <span>Percentiles</span>
      <input
        value={props.place.percentiles.map((name) => name.slice(1)).join(", ")}
        placeholder="none"
        autocomplete="off"
        onChange={(event) => props.go({ percentiles: parsePercentiles(event.currentTarget.value) })}
      />
    </label>
  </div>
);

const Zone = (props: ControlsProps) => (
  <>
    <Choice
      label="Zone"
      choices={[...new Set([...knownZones(), props.place.zone])].map((value) => ({ value, text: value }))}
      chosen={props.place.zone}
      onChoose={(zone) => props.go({ zone })}
    />
    <label class="choice">
      <input
        type="checkbox"
        checked={props.answers.before() !== null}
        disabled={props.answers.range() === null}
        onChange={(event) => props.go({ isCompared: event.currentTarget.checked })}
      />
      Compare with the period before
    </label>
  </>
);

const fillChoices = fillNames.map((value) => ({ value, text: fills[value] }));

const Names = (props: ControlsProps) => {
  let client: HTMLInputElement | undefined;
  useShortcuts(() => [{ key: "f", label: "Look at one client", run: () => client?.focus() }]);
  const known = (dimension: "client" | "metric") => [
    ...new Set((props.answers.groups() ?? []).flatMap((group) => group[dimension] ?? [])),
  ];
  const toggle = (dimension: Dimension) => {
    const { groupBy } = props.place;
    props.go({
      groupBy: dimensionNames.filter((name) => groupBy.includes(name) !== (name === dimension)),
    });
  };
  return (
    <div class="asked-line">
      <Segments<Dimension>
        legend="Kept apart"
        choices={dimensionNames.map((value) => ({ value, text: `By ${dimensions[value]}` }))}
        isChosen={(value) => props.place.groupBy.includes(value)}
        onChoose={toggle}
      />
      <NameFilter
        ref={(element) => {
          client = element;
        }}
        label="Client"
        names={props.place.clients}
        suggestions={known("client")}
        onNames={(clients) => props.go({ clients })}
      />
      <NameFilter
        label="Metric"
        names={props.place.metrics}
        suggestions={known("metric")}
        onNames={(metrics) => props.go({ metrics })}
      />
      <Show when={props.answers.units().length > 1}>
        <Segments<string | null>
          legend="Unit: amounts of different units are never added"
          choices={props.answers.units().map(({ unit, count }) => ({
            value: unit,
            text: (
              <>
                {unit ?? "no unit"} <span class="segment-count">{formatCount(count)}</span>
              </>
            ),
          }))}
          isChosen={(unit) => unit === props.answers.unit()}
          onChoose={(unit) => props.go({ unit })}
        />
      </Show>
    </div>
  );
};
