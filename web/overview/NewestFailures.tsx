// What failed last, by kind: each leads to its failed events and the ways to repair them.
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { For, Show } from "solid-js";
import { useNews } from "../api/news.ts";
import { type FailureKindGroup, NewestFailuresQuery } from "../api/overview-operations.ts";
import { createQuery } from "../api/query.ts";
import { Sparkline } from "../chart/Sparkline.tsx";
import { Age } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { groupParams } from "../failures/failure-place.ts";
import { wordsFor } from "../failures/problem-words.ts";
import { formatCount } from "../format.ts";

/** The largest kinds are asked for; of these the newest are shown. */
const ASKED_KINDS = 50;
const SHOWN_KINDS = 5;

export const NewestFailures = () => {
  const query = createQuery({
    client: useClient(),
    document: NewestFailuresQuery,
    variables: () => ({ first: ASKED_KINDS }),
  });
  useNews({ isNews: ({ failure }) => failure !== null, task: query.refresh });
  const kinds = () => query.data()?.failureGroups;
  const newest = () => newestOf(kinds() ?? []);
  return (
    <section class="panel panel-failures" aria-labelledby="failures-title">
      <header class="section-head panel-head">
        <h2 id="failures-title">Newest failures</h2>
        <A class="section-more" href="/failures">
          All failures
        </A>
      </header>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <Show when={kinds()} fallback={<p class="quiet late panel-none">Looking for failures</p>}>
        <ol class="kinds">
          <For each={newest()} fallback={<li class="quiet panel-none">Nothing waits for anyone.</li>}>
            {(kind) => <KindRow kind={kind} />}
          </For>
        </ol>
      </Show>
    </section>
  );
};

const newestOf = (kinds: readonly FailureKindGroup[]): readonly FailureKindGroup[] =>
  [...kinds].sort((one, other) => Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt)).slice(0, SHOWN_KINDS);

const hrefOf = (kind: FailureKindGroup): string => {
  const params = Object.entries(groupParams(kind)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return `/failures?${new URLSearchParams(params)}`;
};

const KindRow = (props: { kind: FailureKindGroup }) => (
  <li>
    <A class="kind" href={hrefOf(props.kind)}>
      <strong class="kind-words">{wordsFor(props.kind.code)}</strong>
      <span class="kind-count">{formatCount(props.kind.count)}</span>
      <span class="kind-place">
        {props.kind.client ?? "no client"}
        <Show when={props.kind.path}>
          , at <code>{props.kind.path}</code>
        </Show>
      </span>
      <span class="kind-trend">
        <Sparkline counts={props.kind.trend} noun="failed event" />
      </span>
      <span class="kind-age">
        <Age at={props.kind.lastSeenAt} />
      </span>
    </A>
  </li>
);
