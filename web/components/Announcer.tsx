// Tells a screen reader how much is new, politely and not too often. What people and jobs do is no new event.
import { createEffect, createSignal, on, onCleanup } from "solid-js";
import { isOutcome } from "../api/counts.ts";
import { useLive } from "../api/live.ts";
import { createThrottle } from "../api/throttle.ts";
import { formatPlural } from "../format.ts";

const ANNOUNCE_INTERVAL_MS = 5_000;

export const Announcer = () => {
  const live = useLive();
  const [text, setText] = createSignal("");
  // What was there when the page came is not news.
  let isFirst = live.tail().lastSeq === 0;
  let untold = 0;
  const throttle = createThrottle({
    intervalMs: ANNOUNCE_INTERVAL_MS,
    task: async () => {
      if (untold > 0) setText(formatPlural(untold, "new event"));
      untold = 0;
    },
  });
  const leave = live.listen({
    onBatch: ({ entries }) => {
      if (!isFirst) untold += entries.filter(({ action }) => isOutcome(action)).length;
      isFirst = false;
      if (untold > 0) throttle.request();
    },
    onReset: () => {
      isFirst = true;
    },
  });
  createEffect(
    on(
      () => live.connection().kind,
      (kind) => setText(kind === "waiting" ? "The connection is lost" : ""),
      { defer: true },
    ),
  );
  onCleanup(() => {
    leave();
    throttle.close();
  });
  return (
    <p class="visually-hidden" role="status">
      {text()}
    </p>
  );
};
