// The first room: the sentence, its proof, and below it everything that answers "why".
import { useSearchParams } from "@solidjs/router";
import { lazy, Show } from "solid-js";
import { useLive } from "../api/live.ts";
import { useTotals } from "../api/totals.ts";
import { BalanceLight } from "../components/BalanceLight.tsx";
import { Feed } from "../components/Feed.tsx";
import { Notice } from "../components/Notice.tsx";
import { Rates } from "../components/Rates.tsx";
import { Sentence, ShareBar } from "../components/Sentence.tsx";
import { SubmitForm } from "../components/SubmitForm.tsx";

const EventDetail = lazy(() => import("../components/EventDetail.tsx").then((part) => ({ default: part.EventDetail })));

export const Overview = () => {
  const [params, setParams] = useSearchParams<{ event: string }>();
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
      <div class="columns split" data-open={params.event !== undefined}>
        <Feed />
        {/* What is being typed stays while an event is read in its place. */}
        <div class="beside" hidden={params.event !== undefined}>
          <SubmitForm />
        </div>
        <Show when={params.event} keyed>
          {(id) => <EventDetail id={id} onClose={() => setParams({ event: undefined })} />}
        </Show>
      </div>
    </>
  );
};
