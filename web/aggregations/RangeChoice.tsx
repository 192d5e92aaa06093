// Which time is looked at: a preset, or from one instant to another on the clock of the zone.
import { createSignal, Show } from "solid-js";
import { Segments } from "../components/Segments.tsx";
import type { Place } from "./aggregation-place.ts";
import { type Preset, presetNames, presets, type Range, readRange, writeRange } from "./ranges.ts";
import { instantOf, wallOf } from "./zone.ts";

interface RangeChoiceProps {
  readonly place: Place;
  readonly range: Range;
  readonly go: (change: Partial<Place>) => void;
}

const choices = [
  ...presetNames.map((value: Preset | "custom") => ({ value, text: presets[value as Preset] })),
  { value: "custom" as const, text: "From – to" },
];

export const RangeChoice = (props: RangeChoiceProps) => {
  const [isWanted, setWanted] = createSignal(false);
  const preset = () => {
    const range = readRange(props.place.range);
    return typeof range === "string" ? range : "custom";
  };
  const isCustom = () => preset() === "custom" || isWanted();
  const choose = (value: Preset | "custom") => {
    setWanted(value === "custom");
    if (value !== "custom") props.go({ range: value, zoomedFrom: null });
  };
  return (
    <>
      <Segments
        legend="Time"
        choices={choices}
        isChosen={(value) => (isCustom() ? value === "custom" : value === preset())}
        onChoose={choose}
      />
      <Show when={isCustom()}>
        <CustomRange {...props} />
      </Show>
    </>
  );
};

const CustomRange = (props: RangeChoiceProps) => {
  const [isWrong, setWrong] = createSignal(false);
  let from: HTMLInputElement | undefined;
  let to: HTMLInputElement | undefined;
  const shown = (atMs: number | undefined): string =>
    atMs === undefined ? "" : new Date(wallOf(atMs, props.place.zone)).toISOString().slice(0, 16);
  const take = () => {
    const [fromMs, toMs] = [from?.value ?? "", to?.value ?? ""].map((text) =>
      instantOf(Date.parse(`${text}Z`), props.place.zone),
    ) as [number, number];
    setWrong(!(fromMs < toMs));
    if (fromMs < toMs) props.go({ range: writeRange({ fromMs, toMs }), zoomedFrom: null });
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Enter") take();
  };
  return (
    <fieldset class="custom-range" aria-describedby={isWrong() ? "range-fault" : undefined}>
      <legend class="visually-hidden">From – to, in {props.place.zone}</legend>
      <label class="filter">
        <span>From</span>
        <input ref={from} type="datetime-local" value={shown(props.range?.fromMs)} onKeyDown={leave} />
      </label>
      <label class="filter">
        <span>To</span>
        <input ref={to} type="datetime-local" value={shown(props.range?.toMs)} onKeyDown={leave} />
      </label>
      <button type="button" onClick={take}>
        Show
      </button>
      <Show when={isWrong()}>
        <p id="range-fault" role="alert">
          The end must come after the beginning.
        </p>
      </Show>
    </fieldset>
  );
};
