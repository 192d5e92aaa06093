// The totals as shares, as of the last entry received, and how fast events come in, as of the last asking.
import { For } from "solid-js";
import type { Counts } from "../api/counts.ts";
import { formatPerSecond, formatShare } from "../format.ts";

interface Share {
  readonly term: string;
  readonly part: (counts: Counts) => number;
  readonly note: string;
}

const shares: readonly Share[] = [
  // A duplicate is a success: its event is counted, once.
  { term: "Success", part: (counts) => counts.accepted + counts.duplicates, note: "of what was received" },
  { term: "Duplicates", part: (counts) => counts.duplicates, note: "recognised, not counted again" },
  { term: "Rejected", part: (counts) => counts.rejected, note: "kept with their problems" },
];

export const Rates = (props: { counts: Counts | null; throughput: number | undefined }) => {
  const text = (share: Share) =>
    props.counts ? formatShare(share.part(props.counts) / Math.max(1, props.counts.received)) : "–";
  return (
    <dl class="rates">
      <For each={shares}>{(share) => <Rate term={share.term} text={text(share)} note={share.note} />}</For>
      <Rate
        term="Throughput"
        text={props.throughput === undefined ? "–" : formatPerSecond(props.throughput)}
        note="over the last minute"
      />
    </dl>
  );
};

const Rate = (props: { term: string; text: string; note: string }) => (
  <div>
    <dt>{props.term}</dt>
    <dd>
      <strong>{props.text}</strong> <span class="quiet">{props.note}</span>
    </dd>
  </div>
);
