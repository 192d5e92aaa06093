// A few choices side by side, of which one or several are pressed. A choice whose text changes keeps the focus.
import { Index, type JSX } from "solid-js";

export interface Segment<T> {
  readonly value: T;
  readonly text: JSX.Element;
}

export const Segments = <T,>(props: {
  legend: string;
  choices: readonly Segment<T>[];
  isChosen: (value: T) => boolean;
  onChoose: (value: T) => void;
}) => (
  <fieldset class="segments">
    <legend class="visually-hidden">{props.legend}</legend>
    <Index each={props.choices}>
      {(choice) => (
        <button
          type="button"
          aria-pressed={props.isChosen(choice().value)}
          onClick={() => props.onChoose(choice().value)}
        >
          {choice().text}
        </button>
      )}
    </Index>
  </fieldset>
);
