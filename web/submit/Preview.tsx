// What the server would make of the event as it is typed: outcome, facts, how each was reached, and every objection.
import { For, Match, Show, Switch } from "solid-js";
import type { Preview as Previewed } from "../api/operations.ts";
import type { Previews } from "../api/previews.ts";
import { Notice } from "../components/Notice.tsx";
import { Outcome } from "../components/Outcome.tsx";
import { Problems, Warnings } from "../components/Problems.tsx";
import { formatAmount, formatJson, formatUtc } from "../format.ts";

/** `count` events are in the draft; 0 while it is not JSON, and then the last preview stays, faded. */
export const Preview = (props: { shown: Previews; count: number }) => (
  <section
    class="preview"
    aria-labelledby="preview-title"
    aria-busy={props.shown.isAsking()}
    data-stale={props.count === 0}
  >
    <h3 id="preview-title">Preview</h3>
    <Switch fallback={<p class="quiet">What the server would make of it appears here.</p>}>
      <Match when={props.shown.fault()}>{(fault) => <Notice fault={fault()} />}</Match>
      <Match when={props.shown.previews().length > 1}>
        <BatchPreview previews={props.shown.previews()} rest={props.count - props.shown.previews().length} />
      </Match>
      <Match when={props.shown.previews()[0]}>{(preview) => <EventPreview preview={preview()} />}</Match>
    </Switch>
  </section>
);

/** The outcome that sending would have, in a word. Of a batch the preview says it event by event. */
export const WouldBe = (props: { shown: Previews }) => (
  <Show when={props.shown.previews().length === 1 && props.shown.previews()[0]}>
    {(preview) => (
      <p class="would-be" data-outcome={preview().outcome}>
        Would be: <Outcome outcome={preview().outcome} />
      </p>
    )}
  </Show>
);

const EventPreview = (props: { preview: Previewed }) => (
  <>
    <Facts preview={props.preview} />
    <Show when={props.preview.problems.length > 0}>
      <Problems problems={props.preview.problems} />
    </Show>
    <Warnings warnings={props.preview.warnings} />
    <Show when={props.preview.steps.length > 0}>
      <Steps preview={props.preview} />
    </Show>
    <Show when={props.preview.preimage}>
      {(preimage) => (
        <details class="disclosure">
          <summary>
            Fingerprint <code class="hash">{props.preview.fingerprint?.slice(0, 16)}…</code>
          </summary>
          <p class="quiet">SHA-256 of exactly this text:</p>
          <pre tabindex="0">{preimage()}</pre>
          <code class="hash">{props.preview.fingerprint}</code>
        </details>
      )}
    </Show>
  </>
);

const Facts = (props: { preview: Previewed }) => {
  const facts = () => [
    { name: "client", text: props.preview.client },
    { name: "metric", text: props.preview.metric },
    { name: "amount", text: props.preview.amount && formatAmount(props.preview.amount) },
    { name: "unit", text: props.preview.unit },
    { name: "timestamp", text: props.preview.timestamp && formatUtc(props.preview.timestamp) },
  ];
  return (
    <dl class="facts">
      <For each={facts()}>
        {(fact) => (
          <div>
            <dt>{fact.name}</dt>
            <dd>{fact.text ?? <span class="quiet">none</span>}</dd>
          </div>
        )}
      </For>
    </dl>
  );
};

/** Each rule that was applied, in order. */
const Steps = (props: { preview: Pick<Previewed, "steps"> }) => (
  <details class="disclosure">
    <summary>How it was read</summary>
    <ol class="steps">
      <For each={props.preview.steps}>
        {(step) => (
          <li>
            <strong>{step.fact}</strong> from <code>{step.path}</code>: {step.rule}
            <br />
            <code>{formatJson(step.before)}</code> → <code>{step.after ?? "nothing"}</code>
          </li>
        )}
      </For>
    </ol>
  </details>
);

const BatchPreview = (props: { previews: readonly Previewed[]; rest: number }) => (
  <>
    <p class="quiet">Each on its own; sent together, the later of two equal events is the duplicate.</p>
    <ol class="batch">
      <For each={props.previews}>
        {(preview) => (
          <li data-outcome={preview.outcome}>
            <Outcome outcome={preview.outcome} /> {preview.client ?? "no client"}
            <For each={preview.problems}>
              {(problem) => (
                <code class="code" data-kind="problem">
                  {problem.code}
                </code>
              )}
            </For>
          </li>
        )}
      </For>
    </ol>
    <Show when={props.rest > 0}>
      <p class="quiet">and {props.rest} more</p>
    </Show>
  </>
);
