// What is asked in the room of aggregations: time, division, figure, names. On a narrow screen it folds into one line that
// says what is shown.
import { createSignal, For, onCleanup, Show } from "solid-js";
import type { AggregationAnswers } from "../api/aggregation-answers.ts";
import { Segments } from "../components/Segments.tsx";
import { formatCount } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import {
  type Dimension,
  dimensionNames,
  dimensions,
  type Figure,
  figureNames,
  figures,
  type Place,
} from "./aggregation-place.ts";
import type { Interval } from "./buckets.ts";
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
    `${figures[place.figure]} by ${intervalWords[interval]}`,
    presets[place.range as Preset] ?? "from – to",
    place.zone,
    ...[...place.clients, ...place.metrics],
  ].join(", ");

const figureChoices = figureNames.map((value) => ({ value, text: figures[value] }));

const Division = (props: ControlsProps) => (
  <div class="asked-line">
    <Segments<Figure>
      legend="Figure"
      choices={figureChoices}
      isChosen={(value) => value === props.place.figure}
      onChoose={(figure) => props.go({ figure })}
    />
    <label class="filter">
      <span>By</span>
      <select onChange={(event) => props.go({ interval: (event.currentTarget.value || null) as Interval | null })}>
        <option value="" selected={props.place.interval === null}>
          {intervalWords[fittingInterval(props.answers.range())]}, as fits
        </option>
        <For each={possibleIntervals(props.answers.range())}>
          {(interval) => (
            <option value={interval} selected={interval === props.place.interval}>
              {intervalWords[interval]}
            </option>
          )}
        </For>
      </select>
    </label>
    <label class="filter">
      <span>Zone</span>
      <select onChange={(event) => props.go({ zone: event.currentTarget.value })}>
        <For each={[...new Set([...knownZones(), props.place.zone])]}>
          {(zone) => (
            <option value={zone} selected={zone === props.place.zone}>
              {zone}
            </option>
          )}
        </For>
      </select>
    </label>
    <label class="choice">
      <input
        type="checkbox"
        checked={props.answers.before() !== null}
        disabled={props.answers.range() === null}
        onChange={(event) => props.go({ isCompared: event.currentTarget.checked })}
      />
      Compare with the period before
    </label>
  </div>
);

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
