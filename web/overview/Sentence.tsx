// The sentence that Surecount exists for, as living numbers: received = accepted + duplicates + conflicts + rejected.
import { For, Show } from "solid-js";
import type { Counts } from "../api/counts.ts";
import type { Outcome } from "../api/operations.ts";
import { Shape } from "../components/Outcome.tsx";
import { formatCount, formatShare } from "../format.ts";

interface Part {
  readonly key: keyof Counts;
  readonly operator: string;
  readonly outcome: Outcome;
}

const parts: readonly Part[] = [
  { key: "accepted", operator: "=", outcome: "ACCEPTED" },
  { key: "duplicates", operator: "+", outcome: "DUPLICATE" },
  { key: "conflicts", operator: "+", outcome: "CONFLICT" },
  { key: "rejected", operator: "+", outcome: "REJECTED" },
];

export const Sentence = (props: { counts: Counts | null }) => (
  <p class="sentence">
    <span class="term" data-term="received">
      <Figure count={props.counts?.received} />
      <span class="term-word">received</span>
    </span>
    <For each={parts}>
      {(part) => (
        <>
          <span class="operator"> {part.operator} </span>
          <span class="term" data-term={part.key}>
            <Figure count={props.counts?.[part.key]} />
            <span class="term-word">
              <Shape outcome={part.outcome} /> {part.key}
              <span class="term-share">{shareOf(props.counts, part.key)}</span>
            </span>
          </span>
        </>
      )}
    </For>
  </p>
);

const shareOf = (counts: Counts | null, key: keyof Counts): string =>
  counts && counts.received > 0 ? formatShare(counts[key] / counts.received) : "";

/** A number that shows that it has changed: each value is an element of its own, so that its arrival can be drawn. */
const Figure = (props: { count: number | undefined }) => (
  <Show when={props.count === undefined ? "–" : formatCount(props.count)} keyed>
    {(text) => <span class="figure">{text} </span>}
  </Show>
);

/** How what was received divides, drawn to scale. The numbers stand above it in words. */
export const ShareBar = (props: { counts: Counts | null }) => {
  const bars = () => {
    const counts = props.counts;
    if (!counts || counts.received === 0) return [];
    let x = 0;
    return parts.map(({ key, outcome }) => {
      const width = (counts[key] / counts.received) * 1_000;
      x += width;
      return { outcome, width, x: x - width };
    });
  };
  return (
    <svg class="share-bar" viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true">
      <For each={bars()}>
        {(bar) => <rect data-outcome={bar.outcome} x={bar.x} y="0" width={bar.width} height="4" fill="currentColor" />}
      </For>
    </svg>
  );
};
