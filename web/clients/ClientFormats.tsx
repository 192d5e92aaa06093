// Which formats a client speaks: a look at its newest events, taken once when the client is opened.
import { useClient } from "@urql/solid";
import { createResource, For, Match, Show, Switch } from "solid-js";
import { askSamples } from "../api/format-samples.ts";
import { Notice } from "../components/Notice.tsx";
import { formatPlural } from "../format.ts";
import { formatsOf, remarksOf, type Tally } from "./formats.ts";

const MAX_SHOWN = 4;

export const ClientFormats = (props: { client: string }) => {
  const api = useClient();
  const [asked, { refetch }] = createResource(
    () => props.client,
    (client) => askSamples(api, client),
  );
  const samples = () => {
    const answer = asked.latest;
    return answer?.kind === "samples" ? answer.samples : undefined;
  };
  const fault = () => {
    const answer = asked.latest;
    return answer?.kind === "fault" ? answer.fault : undefined;
  };
  return (
    <section aria-busy={asked.loading}>
      <h3>
        Formats seen{" "}
        <Show when={samples()?.length}>
          {(count) => <span class="quiet">of its last {formatPlural(count(), "counted event")}</span>}
        </Show>
      </h3>
      <Switch fallback={<p class="quiet late">Looking at its newest events</p>}>
        <Match when={fault()}>{(known) => <Notice fault={known()} onRetry={() => void refetch()} />}</Match>
        <Match when={samples()?.length === 0}>
          <p class="quiet">None yet: nothing of it was counted.</p>
        </Match>
        <Match when={samples()}>
          {(known) => (
            <dl class="formats">
              <For each={formatsOf(known())}>
                {(format) => (
                  <div>
                    <dt>{format.fact}</dt>
                    <dd>
                      <Tallies tallies={format.paths} total={known().length} isCode />
                      <Tallies tallies={format.changes} total={known().length} />
                    </dd>
                  </div>
                )}
              </For>
              <Show when={remarksOf(known()).length > 0}>
                <div>
                  <dt>besides</dt>
                  <dd>
                    <Tallies tallies={remarksOf(known())} total={known().length} />
                  </dd>
                </div>
              </Show>
            </dl>
          )}
        </Match>
      </Switch>
    </section>
  );
};

/** How often each; what is so in all of them needs no number. */
const Tallies = (props: { tallies: readonly Tally[]; total: number; isCode?: boolean }) => (
  <Show when={props.tallies.length > 0}>
    <ul class="tallies">
      <For each={props.tallies.slice(0, MAX_SHOWN)}>
        {({ text, count }) => (
          <li>
            <Show when={props.isCode} fallback={text}>
              <code>{text}</code>
            </Show>{" "}
            <span class="quiet">{count === props.total ? "always" : `${count} ×`}</span>
          </li>
        )}
      </For>
      <Show when={props.tallies.length > MAX_SHOWN}>
        <li class="quiet">and {props.tallies.length - MAX_SHOWN} more</li>
      </Show>
    </ul>
  </Show>
);
