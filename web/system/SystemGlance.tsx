// Whether the server is as it should be, in one sentence.
import { For, Show } from "solid-js";
import type { System } from "../api/system-operations.ts";
import { formatDuration, formatPlural } from "../format.ts";

export const SystemGlance = (props: { system: System; isCurrent: boolean }) => {
  const state = () => (props.isCurrent ? (props.system.ready ? "ready" : "not-ready") : "unknown");
  return (
    <section class="glance" data-state={state()} aria-label="State of the server">
      <p class="glance-line" role="status">
        <span class="lamp" aria-hidden="true" />
        <strong class="glance-word">{words[state()]}</strong>
      </p>
      <p>
        {commitsOf(props.system)} {formatPlural(props.system.subscribers, "subscriber")}.
      </p>
      <Show when={props.isCurrent && props.system.reasons.length > 0}>
        <ul class="glance-reasons">
          <For each={props.system.reasons}>{(reason) => <li>{reason}</li>}</For>
        </ul>
      </Show>
    </section>
  );
};

const words = { ready: "Ready", "not-ready": "Not ready", unknown: "Not known" } as const;

const commitsOf = ({ commitSeconds }: System): string =>
  commitSeconds === null
    ? "Nothing was committed in the last 5 minutes."
    : `Commits in ${formatDuration(commitSeconds.p50)} (p99 ${formatDuration(commitSeconds.p99)}).`;
