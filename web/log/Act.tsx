// What was done about an event or a failure, told by word and shape, in no colour: colour is for outcomes.
import { Match, Switch } from "solid-js";
import { isOutcome } from "../api/counts.ts";
import type { Entry } from "../api/operations.ts";
import { Outcome } from "../components/Outcome.tsx";
import { actOf, actWords, type Act as Kind } from "./acts.ts";

export const Act = (props: { act: Kind }) => (
  <span class="act">
    <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d="M1.5 6h9" fill="none" stroke="currentColor" stroke-width="1.5" />
      <circle cx="6" cy="6" r="2.25" fill="var(--paper)" stroke="currentColor" stroke-width="1.5" />
    </svg>
    {actWords[props.act]}
  </span>
);

/** The action of an entry, as the outcome or the act that it is. */
export const Action = (props: { action: Entry["action"] }) => (
  <Switch>
    <Match when={isOutcome(props.action) && props.action}>{(outcome) => <Outcome outcome={outcome()} />}</Match>
    <Match when={actOf(props.action)}>{(act) => <Act act={act()} />}</Match>
  </Switch>
);
