// An outcome, told three times: by word, by shape and by colour.
import { Match, Switch } from "solid-js";
import type { Outcome as Kind } from "../api/operations.ts";

const outcomeWords = {
  ACCEPTED: "Accepted",
  DUPLICATE: "Duplicate",
  CONFLICT: "Conflict",
  REJECTED: "Rejected",
} as const satisfies Record<Kind, string>;

export const Outcome = (props: { outcome: Kind }) => (
  <span class="outcome" data-outcome={props.outcome}>
    <Shape outcome={props.outcome} />
    {outcomeWords[props.outcome]}
  </span>
);

/** A dot, two rings, a diamond, a cross: told apart without colour, at the size of a letter. */
export const Shape = (props: { outcome: Kind }) => (
  <svg class="shape" data-outcome={props.outcome} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
    <Switch>
      <Match when={props.outcome === "ACCEPTED"}>
        <circle cx="6" cy="6" r="4.5" fill="currentColor" />
      </Match>
      <Match when={props.outcome === "DUPLICATE"}>
        <circle cx="4.25" cy="6" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5" />
        <circle cx="7.75" cy="6" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5" />
      </Match>
      <Match when={props.outcome === "CONFLICT"}>
        <path d="M6 .75 11.25 6 6 11.25.75 6Z" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M6 .75 11.25 6 6 11.25Z" fill="currentColor" />
      </Match>
      <Match when={props.outcome === "REJECTED"}>
        <path d="M2 2l8 8M10 2l-8 8" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" />
      </Match>
    </Switch>
  </svg>
);
