// The time, for all who show an age: read again every second while the page is shown.
import { createRoot, createSignal } from "solid-js";

const TICK_MS = 1_000;

export const now = createRoot(() => {
  const [now, setNow] = createSignal(Date.now());
  const tick = () => {
    if (!document.hidden) setNow(Date.now());
  };
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", tick);
  return now;
});
