// The first room: the sentence, its proof, and below it everything that answers "why".
import { Show } from "solid-js";
import { useLive } from "../api/live.ts";
import { useTotals } from "../api/totals.ts";
import { Announcer } from "../components/Announcer.tsx";
import { Notice } from "../components/Notice.tsx";
import { EmptyLog } from "../log/EmptyLog.tsx";
import { BalanceLight } from "./BalanceLight.tsx";
import { ClientPanel } from "./ClientPanel.tsx";
import { LastHour } from "./LastHour.tsx";
import { NewestEntries } from "./NewestEntries.tsx";
import { NewestFailures } from "./NewestFailures.tsx";
import { Sentence, ShareBar } from "./Sentence.tsx";

export const Overview = () => {
  const live = useLive();
  const totals = useTotals();
  // Once there are numbers, the state of the connection says that they have stopped; nothing has to move for it.
  const shownFault = () => (totals.counts() && totals.fault()?.code === "UNREACHABLE" ? null : totals.fault());
  const isFirstRun = () => totals.counts()?.received === 0 && live.tail().lastSeq === 0;
  const retry = () => {
    live.retryNow();
    totals.refresh();
  };
  return (
    <>
      <h1 class="visually-hidden">Overview</h1>
      <section class="account" aria-label="Account">
        <div class="account-line">
          <Sentence counts={totals.counts()} />
          <BalanceLight books={totals.books()} />
        </div>
        <ShareBar counts={totals.counts()} />
        <Show when={shownFault()}>{(fault) => <Notice fault={fault()} onRetry={retry} />}</Show>
      </section>
      <Show when={isFirstRun()} fallback={<Reasons />}>
        <EmptyLog />
      </Show>
      <Announcer />
    </>
  );
};

const Reasons = () => (
  <div class="reasons">
    <LastHour />
    <NewestFailures />
    <NewestEntries />
    <ClientPanel />
  </div>
);
