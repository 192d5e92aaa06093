// What would become of failed events: how many of each outcome, and the first of each.
import { For, Show } from "solid-js";
import type { Forecast as Forecasted } from "../api/failure-operations.ts";
import { wordsFor } from "../failures/problem-words.ts";
import { formatAmount, formatCount, formatJson } from "../format.ts";
import { Outcome, Shape } from "./Outcome.tsx";

const parts = [
  { key: "accepted", outcome: "ACCEPTED", words: "would be counted" },
  { key: "duplicates", outcome: "DUPLICATE", words: "are counted already" },
  { key: "conflicts", outcome: "CONFLICT", words: "use another event's key" },
  { key: "rejected", outcome: "REJECTED", words: "would still fail" },
] as const;

export const Forecast = (props: { forecast: Forecasted }) => (
  <div class="forecast">
    <ul class="forecast-counts" aria-label="Dry run">
      <For each={parts}>
        {(part) => (
          <li data-outcome={part.outcome} data-none={props.forecast[part.key] === 0}>
            <Shape outcome={part.outcome} /> <strong>{formatCount(props.forecast[part.key])}</strong> {part.words}
          </li>
        )}
      </For>
    </ul>
    <Show when={props.forecast.looked < props.forecast.total}>
      <p class="quiet">
        The first {formatCount(props.forecast.looked)} of {formatCount(props.forecast.total)} were looked at.
      </p>
    </Show>
    <Show when={props.forecast.samples.length > 0}>
      <details class="disclosure">
        <summary>Samples</summary>
        <ul class="samples-list">
          <For each={props.forecast.samples}>
            {(sample) => (
              <li>
                <Outcome outcome={sample.outcome} />
                <code class="one-line">{formatJson(sample.failure.raw)}</code>
                <Show when={sample.amount} fallback={<Reasons problems={sample.problems} />}>
                  {(amount) => (
                    <span>
                      {sample.metric}: <strong>{formatAmount(amount())}</strong> {sample.unit}
                    </span>
                  )}
                </Show>
              </li>
            )}
          </For>
        </ul>
      </details>
    </Show>
  </div>
);

const Reasons = (props: { problems: Forecasted["samples"][number]["problems"] }) => (
  <span>
    <For each={props.problems}>
      {(problem, index) => (
        <>
          {index() > 0 ? ", " : ""}
          {wordsFor(problem.code)}
          <Show when={problem.path}>
            {" "}
            at <code>{problem.path}</code>
          </Show>
        </>
      )}
    </For>
  </span>
);
