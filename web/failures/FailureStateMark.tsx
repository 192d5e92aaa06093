// The state of a failed event in a word and a shape. Only a state that is an outcome, or needs somebody, has a colour.
import type { FailureState } from "../api/failure-operations.ts";

const stateWords: Readonly<Record<FailureState, string>> = {
  OPEN: "Open",
  SCHEDULED: "Scheduled",
  DEAD: "Dead",
  DISCARDED: "Discarded",
  RESOLVED: "Resolved",
};

const paths: Readonly<Record<FailureState, string>> = {
  OPEN: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9Z",
  SCHEDULED: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9ZM6 3.5V6l2 1.5",
  DEAD: "M2 2h8v8H2ZM4 4l4 4M8 4l-4 4",
  DISCARDED: "M1.5 6h9",
  RESOLVED: "M1.5 6.5 4.5 9.5 10.5 2.5",
};

export const FailureStateMark = (props: { state: FailureState }) => (
  <span class="failure-state" data-state={props.state}>
    <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d={paths[props.state]} fill="none" stroke="currentColor" stroke-width="1.75" />
    </svg>
    {stateWords[props.state]}
  </span>
);
