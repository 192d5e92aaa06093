// The totals as shares, and how fast events come in; as of the last asking.
import { For } from "solid-js";
import type { Totals } from "../api/operations.ts";
import { formatPerSecond, formatShare } from "../format.ts";

interface Rate {
  readonly term: string;
  readonly text: (stats: Totals) => string;
  readonly note: string;
}

const rates: readonly Rate[] = [
  { term: "Success", text: (stats) => formatShare(stats.successRate), note: "of what was received" },
  { term: "Duplicates", text: (stats) => formatShare(stats.duplicateRate), note: "recognised, not counted again" },
  { term: "Rejected", text: (stats) => formatShare(stats.rejectionRate), note: "kept with their problems" },
  { term: "Throughput", text: (stats) => formatPerSecond(stats.throughput), note: "over the last minute" },
];

export const Rates = (props: { stats: Totals | null }) => (
  <dl class="rates">
    <For each={rates}>
      {(rate) => (
        <div>
          <dt>{rate.term}</dt>
          <dd>
            <strong>{props.stats ? rate.text(props.stats) : "–"}</strong> <span class="quiet">{rate.note}</span>
          </dd>
        </div>
      )}
    </For>
  </dl>
);
