// The state of an endpoint and of a delivery, and the last attempts as a strip: by word and shape, and colour besides.
import { For, Show } from "solid-js";
import type { DeliveryState, Endpoint } from "../api/webhook-operations.ts";
import { deliveryWords, stateOf, stateWords } from "./webhook-words.ts";

const endpointPaths = {
  fine: "M1.5 6.5 4.5 9.5 10.5 2.5",
  failing: "M6 1.5v5.5M6 9.5v1",
  disabled: "M2 2h8v8H2ZM4 4l4 4M8 4l-4 4",
} as const;

const deliveryPaths: Readonly<Record<DeliveryState, string>> = {
  COLLECTING: "M2 3h8M2 6h8M2 9h5",
  WAITING: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9ZM6 3.5V6l2 1.5",
  DELIVERED: "M1.5 6.5 4.5 9.5 10.5 2.5",
  SKIPPED: "M1.5 6h9",
  FAILED: "M2.5 2.5l7 7M9.5 2.5l-7 7",
};

const Shape = (props: { path: string }) => (
  <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
    <path d={props.path} fill="none" stroke="currentColor" stroke-width="1.75" />
  </svg>
);

export const EndpointMark = (props: { endpoint: Endpoint }) => (
  <span class="webhook-mark" data-state={stateOf(props.endpoint)}>
    <Shape path={endpointPaths[stateOf(props.endpoint)]} />
    {stateWords[stateOf(props.endpoint)]}
  </span>
);

export const DeliveryMark = (props: { state: DeliveryState }) => (
  <span class="webhook-mark" data-state={props.state}>
    <Shape path={deliveryPaths[props.state]} />
    {deliveryWords[props.state]}
  </span>
);

const BAR = 4;
const HEIGHT = 16;
const SLOTS = 20;

/** Oldest at the left. Whatever was not delivered is a stump below the line. */
export const AttemptStrip = (props: { attempts: Endpoint["attempts"] }) => {
  const oldestFirst = () => props.attempts.toReversed();
  const delivered = () => props.attempts.filter(({ result }) => result === "DELIVERED").length;
  return (
    <Show when={props.attempts.length > 0} fallback={<span class="quiet">none</span>}>
      <svg
        class="attempt-strip"
        viewBox={`0 0 ${SLOTS * BAR} ${HEIGHT}`}
        width={SLOTS * BAR}
        height={HEIGHT}
        role="img"
        aria-label={`${delivered()} of the last ${props.attempts.length} delivered`}
      >
        <path class="strip-base" d={`M0 8.5H${SLOTS * BAR - 1}`} />
        <For each={oldestFirst()}>
          {(attempt, index) => (
            <rect
              data-result={attempt.result}
              x={(SLOTS - props.attempts.length + index()) * BAR}
              y={attempt.result === "DELIVERED" ? 1 : 9}
              width={BAR - 1}
              height={attempt.result === "DELIVERED" ? 7 : 6}
            />
          )}
        </For>
      </svg>
    </Show>
  );
};
