// One of a few choices, or of hundreds, in a list that opens.
import { For } from "solid-js";

export const Choice = <T,>(props: {
  label: string;
  choices: readonly { readonly value: T; readonly text: string }[];
  chosen: T;
  onChoose: (value: T) => void;
}) => (
  <label class="filter">
    <span>{props.label}</span>
    <select
      onChange={(event) => {
        const choice = props.choices[event.currentTarget.selectedIndex];
        if (choice) props.onChoose(choice.value);
      }}
    >
      <For each={props.choices}>{({ value, text }) => <option selected={value === props.chosen}>{text}</option>}</For>
    </select>
  </label>
);
