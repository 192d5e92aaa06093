// The chosen figure of the drawn groups bucket by bucket, exactly, the newest first.
import { createSignal, For, Index, Show } from "solid-js";
import { LineSample } from "../chart/SeriesName.tsx";
import { formatAmount, formatCount } from "../format.ts";
import { type Group, nameOf } from "./aggregation-rows.ts";
import { lineStyles, type SeriesTable } from "./aggregation-series.ts";

const MAX_ROWS = 200;

export const TimeTable = (props: { table: SeriesTable; drawn: readonly Group[] }) => {
  const [rowCount, setRowCount] = createSignal(MAX_ROWS);
  const indexes = () => props.table.startsMs.map((_, index) => index).toReversed();
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
            </tr>
          </thead>
          <tbody>
            <For each={indexes().slice(0, rowCount())}>
              {(row) => (
                <tr>
                  <th scope="row">{props.table.names[row]}</th>
                  <Index each={props.table.figures}>
                    {(figures) => <td class="number">{textOf(figures()[row])}</td>}
                  </Index>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
      <Show when={indexes().length > rowCount()}>
        <p class="pager">
          <span>
            {formatCount(rowCount())} of {formatCount(indexes().length)} buckets
          </span>
          <button type="button" onClick={() => setRowCount(rowCount() + MAX_ROWS)}>
            Show {formatCount(Math.min(MAX_ROWS, indexes().length - rowCount()))} more
          </button>
        </p>
      </Show>
    </>
  );
};

const textOf = (figure: string | null | undefined): string =>
  figure === null || figure === undefined ? "–" : formatAmount(figure);
