// The inbox: failed events of one client with the same problem at the same place are one row.
import { useClient } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { type FailureGroup, FailureGroupsQuery } from "../api/failure-operations.ts";
import { useNews } from "../api/news.ts";
import { createQuery } from "../api/query.ts";
import { Sparkline } from "../chart/Sparkline.tsx";
import { Age } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatCount, formatJson, formatPlural } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { neighbour, settle } from "../standing.ts";
import { filterOf, type GroupKey, groupParams, type Params, type Place } from "./failure-place.ts";
import { NoFailures } from "./NoFailures.tsx";
import { wordsFor } from "./problem-words.ts";

const MAX_GROUPS = 100;

type ShownGroup = FailureGroup & { readonly id: string };

export const FailureGroups = (props: { place: Place; go: (params: Params) => void }) => {
  const variables = () => ({ filter: filterOf(props.place), first: MAX_GROUPS });
  const query = createQuery({ client: useClient(), document: FailureGroupsQuery, variables, keeps: true });
  useNews({ isNews: (entry) => entry.failure !== null, task: query.refresh });
  const [groups, setGroups] = createSignal<readonly ShownGroup[]>();
  const fresh = () => query.data()?.failureGroups.map((group) => ({ ...group, id: idOf(group) })) ?? [];
  const standing = () => settle(groups() ?? [], { fresh: fresh(), known: [] });
  const isGone = ({ id }: ShownGroup) => query.data() !== undefined && !fresh().some((group) => group.id === id);
  const showAll = () => setGroups(query.data() === undefined ? undefined : fresh());
  // The first answer to a question is shown as it is; later ones bring the rows up to date where they stand.
  createEffect(on(query.question, showAll));

  let table: HTMLTableElement | undefined;
  const open = (group: GroupKey) => props.go(groupParams(group));
  const focus = (step: number) => {
    const current = document.activeElement?.closest("tr")?.getAttribute("data-id") ?? null;
    const id = neighbour(
      standing().rows.map((row) => row.id),
      current,
      step,
    );
    [...(table?.querySelectorAll<HTMLElement>("tbody tr") ?? [])]
      .find((row) => row.dataset.id === id)
      ?.querySelector<HTMLElement>("button")
      ?.focus();
  };
  useShortcuts(() => [
    { key: "j", label: "Next row", run: () => focus(1) },
    { key: "k", label: "Row before", run: () => focus(-1) },
  ]);

  return (
    <Show
      when={groups()}
      fallback={
        <Show when={query.fault()} fallback={<p class="empty quiet late">Looking for failures</p>}>
          {(fault) => <Notice fault={fault()} onRetry={query.refresh} />}
        </Show>
      }
    >
      <Show when={standing().rows.length > 0} fallback={<NoFailures place={props.place} go={props.go} />}>
        <table class="table groups" ref={table} aria-busy={query.isAsking()}>
          <thead>
            <tr>
              <th scope="col">Problem</th>
              <th scope="col">Client</th>
              <th scope="col" class="number">
                Failed events
              </th>
              <th scope="col" class="number">
                Times seen
              </th>
              <th scope="col">Last 24 hours</th>
              <th scope="col" class="number">
                First seen
              </th>
              <th scope="col" class="number">
                Last seen
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={standing().rows.map(({ id }) => id)}>
              {(id) => (
                <Show when={standing().rows.find((row) => row.id === id)}>
                  {(group) => <GroupRow group={group()} isGone={isGone(group())} onOpen={() => open(group())} />}
                </Show>
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <p class="waiting" role="status">
        <Show when={standing().waiting}>
          {(waiting) => (
            <button type="button" onClick={showAll}>
              Show {formatPlural(waiting(), "new kind")}
            </button>
          )}
        </Show>
      </p>
      <Show when={fresh().length === MAX_GROUPS}>
        <p class="quiet">These are the {MAX_GROUPS} largest kinds; the filters find the others.</p>
      </Show>
    </Show>
  );
};

const idOf = ({ code, path, client }: GroupKey): string => JSON.stringify([code, path, client]);

const GroupRow = (props: { group: ShownGroup; isGone: boolean; onOpen: () => void }) => (
  <tr data-id={props.group.id} data-code={props.group.code} data-gone={props.isGone}>
    <td class="group-problem">
      <button type="button" class="row-open" onClick={() => props.onOpen()}>
        {wordsFor(props.group.code)}
      </button>
      <p class="group-place">
        <code class="code" data-kind="problem">
          {props.group.code}
        </code>
        <Show when={props.group.path}>
          <span class="quiet">
            at <code>{props.group.path}</code>
          </span>
        </Show>
      </p>
      <code class="one-line quiet">{formatJson(props.group.samples[0]?.raw)}</code>
    </td>
    <td data-label="Client">{props.group.client ?? <span class="quiet">no client</span>}</td>
    <td class="number" data-label="Failed events">
      <strong>{props.isGone ? "none left" : formatCount(props.group.count)}</strong>
    </td>
    <td class="number" data-label="Times seen">
      {formatCount(props.group.timesSeen)}
    </td>
    <td class="group-trend">
      <Sparkline counts={props.group.trend} noun="failed event" />
    </td>
    <td class="number" data-label="First seen">
      <Age at={props.group.firstSeenAt} />
    </td>
    <td class="number" data-label="Last seen">
      <Age at={props.group.lastSeenAt} />
    </td>
  </tr>
);
