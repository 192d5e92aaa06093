// What comes from a client: how much, what became of it, when it was last heard of, and what goes wrong most.
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { For, Show } from "solid-js";
import type { FailureGroup } from "../api/failure-operations.ts";
import { useNews } from "../api/news.ts";
import { ClientSummaryQuery, unresolvedOf } from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { Sparkline } from "../chart/Sparkline.tsx";
import { CopyableAge } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { Shape } from "../components/Outcome.tsx";
import { namesParam } from "../events/event-place.ts";
import { wordsFor } from "../failures/problem-words.ts";
import { formatCount, formatPerSecond, formatPlural, formatShare } from "../format.ts";

const TOP_PROBLEMS = 5;

const parts = [
  { key: "accepted", outcome: "ACCEPTED" },
  { key: "duplicates", outcome: "DUPLICATE" },
  { key: "conflicts", outcome: "CONFLICT" },
  { key: "rejected", outcome: "REJECTED" },
] as const;

export const ClientSummary = (props: { client: string }) => {
  const query = createQuery({
    client: useClient(),
    document: ClientSummaryQuery,
    variables: () => ({ client: props.client, unresolved: unresolvedOf(props.client), first: TOP_PROBLEMS }),
  });
  useNews({ isNews: ({ client }) => client === props.client, task: query.refresh });
  const stats = () => query.data()?.stats;
  return (
    <section class="client-summary" aria-label="What comes from it">
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <Show when={stats()}>
        {(known) => (
          <>
            <p>
              <strong>{formatCount(known().received)} received.</strong>{" "}
              <Show when={known().clients[0]?.lastSeenAt} fallback="Nothing has come yet.">
                {(at) => (
                  <>
                    Last seen <CopyableAge at={at()} />, {formatPerSecond(known().throughput)} in the last minute.{" "}
                  </>
                )}
              </Show>
              <A href={`/events?clients=${encodeURIComponent(namesOf(props.client))}`}>Its events</A>
            </p>
            <ul class="client-shares" aria-label="What became of it">
              <For each={parts}>
                {({ key, outcome }) => (
                  <li data-outcome={outcome} data-none={known()[key] === 0}>
                    <Shape outcome={outcome} /> <strong>{formatCount(known()[key])}</strong> {key}{" "}
                    <span class="quiet">
                      {formatShare(known().received === 0 ? 0 : known()[key] / known().received)}
                    </span>
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Show>
      <Show when={query.data()}>
        {(data) => (
          <TopProblems client={props.client} groups={data().failureGroups} total={data().failedEvents.totalCount} />
        )}
      </Show>
    </section>
  );
};

const namesOf = (client: string): string => namesParam([client]) ?? "";

const TopProblems = (props: { client: string; groups: readonly FailureKind[]; total: number }) => (
  <section>
    <h3>Top problems</h3>
    <Show when={props.groups.length > 0} fallback={<p class="quiet">None: nothing of it has failed and waits.</p>}>
      <ol class="top-problems">
        <For each={props.groups}>
          {(group) => (
            <li>
              <A href={addressOf(group)}>{wordsFor(group.code)}</A>
              <span class="quiet">
                <Show when={group.path}>
                  at <code>{group.path}</code>,{" "}
                </Show>
                last <CopyableAge at={group.lastSeenAt} />
              </span>
              <span class="group-trend">
                <Sparkline counts={group.trend} noun="failed event" />
              </span>
              <strong class="number">{formatCount(group.count)}</strong>
            </li>
          )}
        </For>
      </ol>
      <p>
        <A href={`/failures?client=${encodeURIComponent(props.client)}`}>
          {formatPlural(props.total, "unresolved failure")}
        </A>
      </p>
    </Show>
  </section>
);

type FailureKind = Pick<FailureGroup, "code" | "path" | "client" | "count" | "trend" | "lastSeenAt">;

const addressOf = ({ code, path, client }: FailureKind): string => {
  const params = new URLSearchParams({
    code,
    ...(path === null ? {} : { path }),
    ...(client === null ? {} : { of: client }),
  });
  return `/failures?${params}`;
};
