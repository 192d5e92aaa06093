// The first room: the sentence, its proof, and below it everything that answers "why".
import { Show } from "solid-js";
import { useLive } from "../api/live.ts";
import { useTotals } from "../api/totals.ts";
import { BalanceLight } from "../components/BalanceLight.tsx";
import { Feed } from "../components/Feed.tsx";
import { Notice } from "../components/Notice.tsx";
import { Rates } from "../components/Rates.tsx";
import { Sentence, ShareBar } from "../components/Sentence.tsx";
import { SubmitForm } from "../components/SubmitForm.tsx";

export const Overview = () => {
  const live = useLive();
  const totals = useTotals();
  // Once there are numbers, the state of the connection says that they have stopped; nothing has to move for it.
  const shownFault = () => (totals.counts() && totals.fault()?.code === "UNREACHABLE" ? null : totals.fault());
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
        <Rates counts={totals.counts()} throughput={totals.throughput()} />
        <Show when={shownFault()}>{(fault) => <Notice fault={fault()} onRetry={retry} />}</Show>
      </section>
      <div class="columns">
        <Feed />
        <SubmitForm />
      </div>
    </>
  );
};
