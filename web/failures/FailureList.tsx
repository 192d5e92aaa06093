// Failed events, a page at a time, newest first. The rows stand still: what changes, changes in place; what is new waits.
import { useClient } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { type Failure, FailuresByIdQuery, FailuresQuery } from "../api/failure-operations.ts";
import { useNews } from "../api/news.ts";
import { createQuery } from "../api/query.ts";
import { Age } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { Pager } from "../components/Pager.tsx";
import { formatCount, formatJson, formatPlural } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { neighbour, settle } from "../standing.ts";
import { FailureStateMark } from "./FailureStateMark.tsx";
import { filterOf, listStart, type Params, type Place } from "./failure-place.ts";
import { NoFailures } from "./NoFailures.tsx";
import { wordsFor } from "./problem-words.ts";

const PAGE_ROWS = 50;

export const FailureList = (props: {
  place: Place;
  go: (params: Params) => void;
  onRows: (rows: readonly Failure[]) => void;
}) => {
  const client = useClient();
  const variables = () => ({
    filter: filterOf(props.place),
    ...(props.place.before === null
      ? { first: PAGE_ROWS, after: props.place.after, last: null, before: null }
      : { first: null, after: null, last: PAGE_ROWS, before: props.place.before }),
  });
  const [shown, setShown] = createSignal<readonly Failure[]>();
  const page = createQuery({ client, document: FailuresQuery, variables, keeps: true });
  const known = createQuery({
    client,
    document: FailuresByIdQuery,
    variables: () => (shown()?.length ? { filter: { ids: (shown() ?? []).map(({ id }) => id) } } : null),
    keeps: true,
  });
  const refresh = () => Promise.all([page.refresh(), known.refresh()]);
  useNews({ isNews: (entry) => entry.failure !== null, task: refresh });
  const fresh = () => page.data()?.failedEvents.edges.map(({ node }) => node) ?? [];
  const byId = () => known.data()?.failedEvents.edges.map(({ node }) => node) ?? [];
  const standing = () => settle(shown() ?? [], { fresh: fresh(), known: byId() });
  const showAll = () => setShown(page.data() === undefined ? undefined : fresh());
  // The first answer to a question is shown as it is; later ones bring the rows up to date where they stand.
  createEffect(on(page.question, showAll));
  createEffect(() => props.onRows(standing().rows));

  let list: HTMLOListElement | undefined;
  const open = (id: string) => props.go({ failure: id });
  const move = (step: number) => {
    const id = neighbour(
      standing().rows.map((row) => row.id),
      currentId(),
      step,
    );
    const button = list?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id ?? "")}"] button`);
    button?.focus();
    if (props.place.failure !== null && id !== undefined) open(id);
  };
  const currentId = () =>
    props.place.failure ?? document.activeElement?.closest("li[data-id]")?.getAttribute("data-id") ?? null;
  useShortcuts(() => [
    { key: "j", label: "Next row", run: () => move(1) },
    { key: "k", label: "Row before", run: () => move(-1) },
  ]);

  return (
    <section class="failure-list" aria-label="Failed events" aria-busy={page.isAsking()}>
      <Show when={page.fault()}>{(fault) => <Notice fault={fault()} onRetry={page.refresh} />}</Show>
      <Show when={standing().waiting}>
        {(waiting) => (
          <button type="button" class="waiting" onClick={showAll}>
            Show {formatPlural(waiting(), "new one")}
          </button>
        )}
      </Show>
      <Show when={shown()} fallback={<p class="empty quiet late">{page.fault() ? "" : "Looking for failed events"}</p>}>
        <Show when={standing().rows.length > 0} fallback={<NoFailures place={props.place} go={props.go} />}>
          <ol class="failure-rows" ref={list}>
            <For each={standing().rows.map(({ id }) => id)}>
              {(id) => (
                <Show when={standing().rows.find((row) => row.id === id)}>
                  {(row) => (
                    <FailureRow
                      failure={row()}
                      isOpen={props.place.failure === id}
                      hasProblem={props.place.group === null}
                      onOpen={() => open(id)}
                    />
                  )}
                </Show>
              )}
            </For>
          </ol>
          <Pager
            page={page.data()?.failedEvents}
            noun="failed event"
            onPage={(ends) => props.go({ ...listStart, ...ends })}
          />
        </Show>
      </Show>
    </section>
  );
};

const FailureRow = (props: { failure: Failure; isOpen: boolean; hasProblem: boolean; onOpen: () => void }) => (
  <li data-id={props.failure.id} data-state={props.failure.state} data-open={props.isOpen}>
    <button
      type="button"
      class="failure-open"
      aria-current={props.isOpen ? "true" : undefined}
      onClick={() => props.onOpen()}
    >
      <span class="failure-line">
        <FailureStateMark state={props.failure.state} />
        <span class="failure-client">{props.failure.client ?? <span class="quiet">no client</span>}</span>
        <span class="quiet failure-seen">
          {formatCount(props.failure.timesSeen)} × <Age at={props.failure.lastSeenAt} />
        </span>
      </span>
      <Show when={props.hasProblem}>
        <span>{props.failure.problems.map(({ code }) => wordsFor(code)).join(", ")}</span>
      </Show>
      <code class="one-line">{formatJson(props.failure.raw)}</code>
    </button>
  </li>
);
