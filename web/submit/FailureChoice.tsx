// Where the server should fail on purpose, and what each failure proves.
import { For } from "solid-js";
import type { FailurePoint } from "../api/operations.ts";

export type FailureChoiceValue = FailurePoint | "NONE";

interface Choice {
  readonly value: FailureChoiceValue;
  readonly name: string;
  readonly proves: string;
}

const choices: readonly Choice[] = [
  { value: "NONE", name: "None", proves: "Nothing fails: the event is handled as any other." },
  {
    value: "BEFORE_TRANSACTION",
    name: "Before the transaction",
    proves: "Proves that a refused request leaves no trace: sent again, it is new.",
  },
  {
    value: "DURING_TRANSACTION",
    name: "During the transaction",
    proves: "Proves that half a write cannot stay: all of it is rolled back.",
  },
  {
    value: "AFTER_COMMIT",
    name: "After the commit",
    proves: "Proves that a lost answer is harmless: sent again, it is a duplicate and not counted twice.",
  },
];

export const FailureChoice = (props: { value: FailureChoiceValue; onChange: (value: FailureChoiceValue) => void }) => (
  <fieldset class="choices" aria-describedby="failure-proves">
    <legend>Simulate a failure</legend>
    <For each={choices}>
      {(choice) => (
        <label class="choice">
          <input
            type="radio"
            name="failure"
            value={choice.value}
            checked={props.value === choice.value}
            onChange={() => props.onChange(choice.value)}
          />
          {choice.name}
        </label>
      )}
    </For>
    <p id="failure-proves" class="quiet" aria-live="polite">
      {choices.find(({ value }) => value === props.value)?.proves}
    </p>
  </fieldset>
);
