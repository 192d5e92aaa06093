// A page of events that stands still: rows change where they are, and new events are counted and wait to be shown.
import { useClient } from "@urql/solid";
import type { ResultOf } from "gql.tada";
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { type EventPlace, filterOf, filterParams } from "../events/event-place.ts";
import { settle } from "../standing.ts";
import { type EventRow, EventsQuery } from "./event-operations.ts";
import type { Fault } from "./fault.ts";
import { useLive } from "./live.ts";
import { useNews } from "./news.ts";
import type { Entry } from "./operations.ts";
import { createQuery } from "./query.ts";

const PAGE_ROWS = 50;

type EventPage = ResultOf<typeof EventsQuery>["events"];

export interface EventRows {
  /** Undefined before the first answer. */
  readonly rows: Accessor<readonly EventRow[] | undefined>;
  /** How many have come since that the filter admits. */
  readonly waiting: Accessor<number>;
  readonly page: Accessor<EventPage | undefined>;
  readonly fault: Accessor<Fault | undefined>;
  readonly isAsking: Accessor<boolean>;
  /** Lets in what waits. */
  showAll(): void;
  refresh(): Promise<void>;
}

interface Shown {
  readonly rows: readonly EventRow[];
  readonly totalCount: number;
}

export const createEventRows = (place: Accessor<EventPlace>): EventRows => {
  // A span ends when it is asked for, or else the list would move by itself.
  const asked = createMemo(() => JSON.stringify(filterParams(place())));
  const filter = createMemo(on(asked, () => filterOf(place(), Date.now())));
  const variables = () => {
    const { after, before } = place();
    return {
      filter: filter(),
      ...(before === null
        ? { first: PAGE_ROWS, after, last: null, before: null }
        : { first: null, after: null, last: PAGE_ROWS, before }),
    };
  };
  const [shown, setShown] = createSignal<Shown>();
  const [changed, setChanged] = createSignal<ReadonlyMap<string, EventRow>>(new Map());
  const page = createQuery({ client: useClient(), document: EventsQuery, variables, keeps: true });
  const fresh = () => page.data()?.events.edges.map(({ node }) => node) ?? [];
  const showAll = () => {
    const answer = page.data();
    setChanged(new Map());
    setShown(answer && { rows: fresh(), totalCount: answer.events.totalCount });
  };
  // The first answer to a question is shown as it is; later ones bring the rows up to date where they stand.
  createEffect(on(page.question, showAll));
  // Where nothing is shown nothing can be moved.
  createEffect(on(page.data, () => shown()?.rows.length === 0 && fresh().length > 0 && showAll()));
  useNews({ isNews: ({ event }) => event !== null, task: page.refresh });

  // Rows that new ones have pushed off the page are in no answer any more; the feed still tells of them.
  const note = (entries: readonly Entry[]) => {
    const rows = new Map(shown()?.rows.map((row) => [row.id, row]));
    const news = entries.filter(({ event }) => event !== null && rows.has(event.id));
    if (news.length === 0) return;
    const known = new Map(changed());
    for (const entry of news) {
      const id = entry.event?.id ?? "";
      const row = known.get(id) ?? rows.get(id);
      if (row) known.set(id, changedRow(row, entry));
    }
    setChanged(known);
  };
  onCleanup(useLive().listen({ onBatch: ({ entries }) => note(entries), onReset: () => undefined }));

  const standing = createMemo(() => settle(shown()?.rows ?? [], { fresh: fresh(), known: [...changed().values()] }));
  return {
    rows: () => (shown() === undefined ? undefined : standing().rows),
    waiting: () => {
      const { after, before } = place();
      const answer = page.data();
      if (after !== null || before !== null || !answer) return 0;
      return Math.max(0, answer.events.totalCount - (shown()?.totalCount ?? 0));
    },
    page: () => page.data()?.events,
    fault: page.fault,
    isAsking: page.isAsking,
    showAll,
    refresh: page.refresh,
  };
};

/** A row after an entry of the log that is about it. */
const changedRow = (row: EventRow, { action, event }: Pick<Entry, "action" | "event">): EventRow => ({
  ...row,
  ...event,
  voided: action === "VOIDED" || (action !== "UNVOIDED" && row.voided),
});
