// What was counted of a client, read again by today's rules and profile: first what that would change, by series, then
// the job that changes it.
import { useClient } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { useJobs } from "../api/jobs.ts";
import { PreviewReprocessQuery, ReprocessMutation, type ReprocessPreview } from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { operating } from "../api/viewer.ts";
import { IfAllowed } from "../components/IfAllowed.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatAmount, formatCount, formatPlural } from "../format.ts";

export const Reprocessing = (props: { client: string }) => {
  const api = useClient();
  const jobs = useJobs();
  const filter = () => ({ clients: [props.client] });
  const [isAsked, ask] = createSignal(false);
  const preview = createQuery({
    client: api,
    document: PreviewReprocessQuery,
    variables: () => (isAsked() ? { filter: filter() } : null),
  });
  const applying = createDeed(api, ReprocessMutation);
  const apply = async () => {
    const done = await applying.run({ filter: filter() });
    if (!done) return;
    jobs.follow(done.applyReprocess);
    ask(false);
  };
  const look = () => (isAsked() ? void preview.refresh() : ask(true));
  return (
    <section class="reprocessing" aria-labelledby="reprocessing-title" aria-busy={preview.isAsking()}>
      <h3 id="reprocessing-title">What was counted before</h3>
      <p class="quiet">It stays as it was read then. It can be read again by today's rules and the saved profile.</p>
      <div class="buttons">
        <button type="button" disabled={preview.isAsking()} onClick={look}>
          See what would change
        </button>
      </div>
      <Show when={preview.fault() ?? applying.fault()}>{(fault) => <Notice fault={fault()} onRetry={look} />}</Show>
      <Show when={preview.data()?.previewReprocess}>
        {(known) => (
          <div role="status" class="trial">
            <Counts preview={known()} />
            <Show when={known().series.length > 0}>
              <Series preview={known()} />
            </Show>
            <Show when={known().changed + known().merged > 0}>
              <IfAllowed need={operating}>
                <div class="buttons">
                  <button type="button" class="primary" disabled={applying.isDoing()} onClick={apply}>
                    Read again and change {formatPlural(known().changed + known().merged, "event")}
                  </button>
                  <button type="button" onClick={() => ask(false)}>
                    Cancel
                  </button>
                </div>
              </IfAllowed>
            </Show>
          </div>
        )}
      </Show>
    </section>
  );
};

const Counts = (props: { preview: ReprocessPreview }) => (
  <p>
    Of {formatPlural(props.preview.looked, "event")}
    {props.preview.isComplete ? "" : " (the first of more)"}: {formatCount(props.preview.changed)} would say something
    else, {formatCount(props.preview.merged)} would be the same as another, {formatCount(props.preview.unchanged)} stay
    the same, {formatCount(props.preview.unreadable)} cannot be read so any more and stay,{" "}
    {formatCount(props.preview.gone)} have no raw event left and stay.
  </p>
);

const Series = (props: { preview: ReprocessPreview }) => (
  <table class="table">
    <caption class="visually-hidden">What would change, by series</caption>
    <thead>
      <tr>
        <th scope="col">Series</th>
        <th scope="col" class="number">
          Events now
        </th>
        <th scope="col" class="number">
          then
        </th>
        <th scope="col" class="number">
          Sum now
        </th>
        <th scope="col" class="number">
          then
        </th>
      </tr>
    </thead>
    <tbody>
      <For each={props.preview.series}>
        {(series) => (
          <tr>
            <td>
              {series.metric} <span class="quiet">{series.unit}</span>
            </td>
            <td class="number" data-label="Events now">
              {formatCount(series.eventsBefore)}
            </td>
            <td class="number" data-label="then">
              {formatCount(series.eventsAfter)}
            </td>
            <td class="number" data-label="Sum now">
              {formatAmount(series.sumBefore)}
            </td>
            <td class="number" data-label="then">
              {formatAmount(series.sumAfter)}
            </td>
          </tr>
        )}
      </For>
    </tbody>
  </table>
);
