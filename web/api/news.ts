// Asks again what is on screen whenever the feed says that it may have changed, and after a lost connection.
import { onCleanup } from "solid-js";
import { type Live, useLive } from "./live.ts";
import type { Entry } from "./operations.ts";
import { createThrottle } from "./throttle.ts";

const INTERVAL_MS = 1_500;

/** For as long as the component is on screen. `isNews` tells which entries of the log matter to it. */
export const useNews = (deps: { isNews: (entry: Entry) => boolean; task: () => Promise<unknown> }): void => {
  const throttle = createThrottle({ intervalMs: INTERVAL_MS, task: async () => void (await deps.task()) });
  const listener: Parameters<Live["listen"]>[0] = {
    onBatch: ({ entries }) => {
      // An empty batch is the first of a new connection: what was missed is not known.
      if (entries.length === 0 || entries.some(deps.isNews)) throttle.request();
    },
    onReset: throttle.request,
  };
  const leave = useLive().listen(listener);
  onCleanup(() => {
    leave();
    throttle.close();
  });
};
