// Whether what is on screen is the present: a word, a shape and a colour, and the way to try again at once.
import { Show } from "solid-js";
import { useLive } from "../api/live.ts";
import { useTotals } from "../api/totals.ts";
import { now } from "../clock.ts";
import { describeConnection } from "./connection.ts";

export const ConnectionState = () => {
  const live = useLive();
  const totals = useTotals();
  const described = () =>
    describeConnection({
      connection: live.connection(),
      behind: totals.headSeq() - live.tail().lastSeq,
      behindSince: totals.headAt(),
      isOnline: navigator.onLine,
      now: now(),
    });
  return (
    <div class="connection" data-state={described().state}>
      <span class="lamp" aria-hidden="true" />
      <span class="connection-text">{described().text}</span>
      <Show when={live.connection().kind === "waiting"}>
        <button type="button" class="link" onClick={() => live.retryNow()}>
          Retry now
        </button>
      </Show>
    </div>
  );
};
