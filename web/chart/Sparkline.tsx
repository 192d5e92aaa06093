// A day in 24 bars, an hour each, now at the right; the numbers are read out in a sentence.
import { For } from "solid-js";
import { formatPlural } from "../format.ts";

const BAR = 4;
const HEIGHT = 20;

export const Sparkline = (props: { counts: readonly number[]; noun: string }) => {
  const most = () => Math.max(1, ...props.counts);
  const total = () => props.counts.reduce((sum, count) => sum + count, 0);
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={`${formatPlural(total(), props.noun)} in the last 24 hours, ${props.counts.at(-1) ?? 0} in this one`}
      viewBox={`0 0 ${props.counts.length * BAR} ${HEIGHT}`}
      width={props.counts.length * BAR}
      height={HEIGHT}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${props.counts.length * BAR}`} stroke="var(--line-strong)" />
      <For each={props.counts}>
        {(count, index) => {
          const height = () => (count === 0 ? 0 : Math.max(2, (count / most()) * (HEIGHT - 2)));
          return (
            <rect x={index() * BAR} y={HEIGHT - 1 - height()} width={BAR - 1} height={height()} fill="currentColor" />
          );
        }}
      </For>
    </svg>
  );
};
