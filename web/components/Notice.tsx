// Something is wrong, in words, and what can be done about it.
import { Show } from "solid-js";
import type { Fault } from "../api/fault.ts";

export const Notice = (props: { fault: Fault; retryText?: string; onRetry?: (() => void) | undefined }) => (
  <div class="notice" role="alert">
    <p>
      <strong>{props.fault.title}.</strong> {props.fault.message}
    </p>
    <Show when={props.onRetry}>
      {(onRetry) => (
        <button type="button" onClick={() => onRetry()()}>
          {props.retryText ?? "Retry"}
        </button>
      )}
    </Show>
  </div>
);
