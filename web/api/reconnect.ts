// What to do when the page's connection is there again: subscriptions have ended with it.
import { createEffect, createMemo, on } from "solid-js";
import type { Live } from "./live.ts";

/** Called whenever the connection is live again after it was lost, for as long as the owner lives. */
export const onReconnect = ({ connection }: Pick<Live, "connection">, task: () => void): void => {
  const kind = createMemo(() => connection().kind);
  let wasLost = false;
  createEffect(
    on(kind, (kind) => {
      if (kind === "live" && wasLost) task();
      wasLost = kind === "waiting" || (wasLost && kind !== "live");
    }),
  );
};
