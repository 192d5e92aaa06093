// Whether what is on screen is the present: a word, a shape and a colour, and the way to try again at once.
import { Show } from "solid-js";
import { useLive } from "../api/live.ts";
import { useTotals } from "../api/totals.ts";
import { useWhyNot } from "../api/viewer.ts";
import { now } from "../clock.ts";
import { describeConnection } from "./connection.ts";

export const ConnectionState = () => {
  const live = useLive();
  const totals = useTotals();
  const whyNot = useWhyNot({ scope: "READ" });
  // The head is that of the whole log, of which a bound reader gets a part.
  const isPart = useWhyNot({ scope: "READ", isOverall: true });
  const described = () =>
    describeConnection({
      connection: live.connection(),
      behind: isPart() ? 0 : totals.headSeq() - live.tail().lastSeq,
      behindSince: totals.headAt(),
      isOnline: navigator.onLine,
      now: now(),
    });
  return (
    <Show when={!whyNot()}>
      <div class="connection" data-state={described().state}>
        <span class="lamp" aria-hidden="true" />
        <span class="connection-text">{described().text}</span>
        <Show when={live.connection().kind === "waiting"}>
          <button type="button" class="link" onClick={() => live.retryNow()}>
            Retry now
          </button>
        </Show>
      </div>
    </Show>
  );
};
