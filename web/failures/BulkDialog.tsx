// Something done to many failed events at once: first what would happen, with the filter in words, then the job.
import { useClient } from "@urql/solid";
import { createSignal, Match, onMount, Show, Switch } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { DiscardManyMutation, type FailureFilter, RetryManyMutation } from "../api/failure-operations.ts";
import { useJobs } from "../api/jobs.ts";
import { Forecast } from "../components/Forecast.tsx";
import { Notice } from "../components/Notice.tsx";
import { ReasonForm } from "../components/ReasonForm.tsx";
import { formatPlural } from "../format.ts";

export type BulkVerb = "retry" | "discard";

export const BulkDialog = (props: { verb: BulkVerb; filter: FailureFilter; words: string; onClose: () => void }) => {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="bulk-title" onClose={() => props.onClose()}>
      <div class="dialog-body">
        <h2 id="bulk-title">
          {props.verb === "retry" ? "Retry" : "Discard"} {props.words}
        </h2>
        <Switch>
          <Match when={props.verb === "retry"}>
            <RetryMany filter={props.filter} onDone={() => dialog?.close()} />
          </Match>
          <Match when={props.verb === "discard"}>
            <DiscardMany filter={props.filter} onDone={() => dialog?.close()} />
          </Match>
        </Switch>
      </div>
    </dialog>
  );
};

const RetryMany = (props: { filter: FailureFilter; onDone: () => void }) => {
  const client = useClient();
  const jobs = useJobs();
  const trying = createDeed(client, RetryManyMutation);
  const doing = createDeed(client, RetryManyMutation);
  const [forecast, setForecast] = createSignal<NonNullable<Awaited<ReturnType<typeof trying.run>>>>();
  const look = async () => setForecast(await trying.run({ filter: props.filter, dryRun: true }));
  const start = async () => {
    const done = await doing.run({ filter: props.filter, dryRun: false });
    if (!done) return;
    jobs.follow(done.retryFailedEvents.job);
    props.onDone();
  };
  onMount(look);
  return (
    <>
      <Show when={trying.isDoing()}>
        <p class="quiet late">Trying what would happen, without storing anything</p>
      </Show>
      <Show when={trying.fault()}>{(fault) => <Notice fault={fault()} onRetry={look} />}</Show>
      <Show when={forecast()?.retryFailedEvents}>
        {(retry) => (
          <div role="status">
            <p>{formatPlural(retry().matched, "failed event")} would be tried again, through the ordinary ingestion.</p>
            <Show when={retry().preview}>{(preview) => <Forecast forecast={preview()} />}</Show>
          </div>
        )}
      </Show>
      <Show when={doing.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={doing.isDoing() || !forecast()?.retryFailedEvents.matched}
          onClick={start}
        >
          Retry {formatPlural(forecast()?.retryFailedEvents.matched ?? 0, "failed event")}
        </button>
        <button type="button" onClick={() => props.onDone()}>
          Cancel
        </button>
      </div>
    </>
  );
};

const DiscardMany = (props: { filter: FailureFilter; onDone: () => void }) => {
  const client = useClient();
  const jobs = useJobs();
  const trying = createDeed(client, DiscardManyMutation);
  const doing = createDeed(client, DiscardManyMutation);
  const [matched, setMatched] = createSignal<number>();
  const look = async () => {
    const tried = await trying.run({ filter: props.filter, reason: "dry run", dryRun: true });
    setMatched(tried?.discardFailedEvents.matched);
  };
  const start = async (reason: string) => {
    const done = await doing.run({ filter: props.filter, reason, dryRun: false });
    if (!done) return;
    jobs.follow(done.discardFailedEvents.job);
    props.onDone();
  };
  onMount(look);
  return (
    <>
      <Show when={trying.fault() ?? doing.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <ReasonForm
        verb={`Discard ${formatPlural(matched() ?? 0, "failed event")}`}
        hint="They stay to be seen under “Discarded”, with this reason, and each can be reopened."
        isDoing={doing.isDoing() || !matched()}
        onReason={start}
        onCancel={props.onDone}
      />
    </>
  );
};
