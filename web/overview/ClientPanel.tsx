// Who sends most, and who has fallen silent (silence.ts).
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { For, Show } from "solid-js";
import { isOutcome } from "../api/counts.ts";
import { useNews } from "../api/news.ts";
import { type ClientTotals, ClientTotalsQuery } from "../api/overview-operations.ts";
import { createQuery } from "../api/query.ts";
import { now } from "../clock.ts";
import { Age } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatCount, formatPlural } from "../format.ts";
import { ShareBar } from "./Sentence.tsx";
import { silentOf } from "./silence.ts";

const MAX_CLIENTS = 1_000;
const SHOWN_CLIENTS = 5;

export const ClientPanel = () => {
  const query = createQuery({
    client: useClient(),
    document: ClientTotalsQuery,
    variables: () => ({ first: MAX_CLIENTS }),
  });
  useNews({ isNews: ({ action }) => isOutcome(action), task: query.refresh });
  const clients = () => query.data()?.stats.clients ?? [];
  const silent = () => silentOf(clients(), now());
  return (
    <section class="panel panel-clients" aria-labelledby="clients-title">
      <header class="section-head panel-head">
        <h2 id="clients-title">Busiest clients</h2>
        <A class="section-more" href="/clients">
          All clients
        </A>
      </header>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <ol class="senders">
        <For each={clients().slice(0, SHOWN_CLIENTS)}>{(client) => <Sender client={client} />}</For>
      </ol>
      <header class="section-head panel-head">
        <h2>Silent clients</h2>
        <span class="quiet section-note">sent before, nothing for an hour</span>
      </header>
      <ol class="senders">
        <For
          each={silent().slice(0, SHOWN_CLIENTS)}
          fallback={<li class="quiet panel-none">{noneSilent(query.data() !== undefined)}</li>}
        >
          {(client) => <Sender client={client} />}
        </For>
      </ol>
      <Show when={silent().length > SHOWN_CLIENTS}>
        <p class="quiet">and {formatPlural(silent().length - SHOWN_CLIENTS, "other")}</p>
      </Show>
    </section>
  );
};

const noneSilent = (isKnown: boolean): string => (isKnown ? "None: every client has sent within the hour." : "");

const Sender = (props: { client: ClientTotals }) => (
  <li>
    <A class="sender" href={`/clients?client=${encodeURIComponent(props.client.client)}`}>
      <span class="sender-name">{props.client.client}</span>
      <span class="sender-count">{formatCount(props.client.received)}</span>
      <span class="sender-age">
        <Age at={props.client.lastSeenAt} />
      </span>
      <ShareBar counts={props.client} />
    </A>
  </li>
);
