// The chosen figure of the drawn groups bucket by bucket, exactly, the newest first; with what came late, and the entry of
// the log that changed the bucket last.
import { createSignal, For, Index, Show } from "solid-js";
import { LineSample } from "../chart/SeriesName.tsx";
import { formatAmount, formatCount } from "../format.ts";
import { type Group, nameOf } from "./aggregation-rows.ts";
import { type Bucket, lineStyles } from "./aggregation-series.ts";

const MAX_ROWS = 200;

export const TimeTable = (props: { buckets: readonly Bucket[]; drawn: readonly Group[] }) => {
  const [rowCount, setRowCount] = createSignal(MAX_ROWS);
  const shown = () => props.buckets.toReversed().slice(0, rowCount());
  return (
    <>
      <section class="table-box" tabindex="0" aria-label="By time">
        <table class="figures-table">
          <thead>
            <tr>
              <th scope="col">From</th>
              <Index each={props.drawn}>
                {(group, index) => (
                  <th scope="col" class="number">
                    <LineSample series={lineStyles[index] ?? { color: "--ink" }} /> {nameOf(group())}
                  </th>
                )}
              </Index>
              <th scope="col" class="number" title="Events received after their quarter of an hour had ended">
                Came late
              </th>
              <th scope="col" class="number" title="The last entry of the log that changed it">
                Last entry
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={shown()}>
              {(bucket) => (
                <tr>
                  <th scope="row">{bucket.name}</th>
                  <For each={bucket.cells}>
                    {({ figure, isFilled }) => (
                      <td class="number" data-filled={isFilled}>
                        {figure === null ? "–" : formatAmount(figure)}
                      </td>
                    )}
                  </For>
                  <td class="number">{bucket.late === 0 ? "–" : formatCount(bucket.late)}</td>
                  <td class="number quiet">{bucket.revision === 0 ? "–" : formatCount(bucket.revision)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
      <Show when={props.buckets.length > rowCount()}>
        <p class="pager">
          <span>
            {formatCount(rowCount())} of {formatCount(props.buckets.length)} buckets
          </span>
          <button type="button" onClick={() => setRowCount(rowCount() + MAX_ROWS)}>
            Show {formatCount(Math.min(MAX_ROWS, props.buckets.length - rowCount()))} more
          </button>
        </p>
      </Show>
    </>
  );
};
