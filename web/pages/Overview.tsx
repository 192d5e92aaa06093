// The first room: the sentence, its proof, and below it everything that answers "why".
import { Show } from "solid-js";
import { useTotals } from "../api/totals.ts";
import { BalanceLight } from "../components/BalanceLight.tsx";
import { Feed } from "../components/Feed.tsx";
import { Notice } from "../components/Notice.tsx";
import { Rates } from "../components/Rates.tsx";
import { Sentence, ShareBar } from "../components/Sentence.tsx";
import { SubmitForm } from "../components/SubmitForm.tsx";

export const Overview = () => {
  const totals = useTotals();
  return (
    <>
      <h1 class="visually-hidden">Overview</h1>
      <section class="account" aria-label="Account">
        <div class="account-line">
          <Sentence counts={totals.counts()} />
          <BalanceLight books={totals.books()} />
        </div>
        <ShareBar counts={totals.counts()} />
        <Rates stats={totals.stats()} />
        <Show when={totals.fault()}>{(fault) => <Notice fault={fault()} onRetry={totals.refresh} />}</Show>
      </section>
      <div class="columns">
        <Feed />
        <SubmitForm />
      </div>
    </>
  );
};
