// The rows of the live room as the screen sees them: drawn with the page's feed, read further back as somebody scrolls.
import { useClient } from "@urql/solid";
import { type Accessor, createComputed, createMemo, createSignal, on, onCleanup } from "solid-js";
import { createLiveList, type LiveList } from "../live/live-list.ts";
import { admits, type EntryFilter, logFilterOf } from "../live/live-place.ts";
import { type Fault, faultOf } from "./fault.ts";
import { useLive } from "./live.ts";
import { OlderEntriesQuery } from "./log-operations.ts";
import type { Entry } from "./operations.ts";

/** As many as the server gives at once. */
const PAGE_ENTRIES = 500;
/** A text that is rare must not make the page read the whole log: after so many pages without a find it asks. */
const MAX_PAGES = 10;

/** What is known of the log below the rows. */
export type Back =
  | { readonly kind: "more" }
  | { readonly kind: "reading" }
  | { readonly kind: "nothing-found"; readonly fromSeq: number }
  | { readonly kind: "failed"; readonly fault: Fault }
  | { readonly kind: "end" };

export interface LiveRows {
  /** Newest first. */
  readonly rows: Accessor<readonly Entry[]>;
  readonly waitingCount: Accessor<number>;
  readonly isPaused: Accessor<boolean>;
  readonly back: Accessor<Back>;
  pause(): void;
  resume(): void;
  /** Reads the log further back, until something is found or enough was looked through. */
  readBack(): Promise<void>;
}

/** For as long as the component is on screen. Another filter, or another log, begins another list. */
export const useLiveRows = (filter: Accessor<EntryFilter>): LiveRows => {
  const live = useLive();
  const client = useClient();
  const question = createMemo(() => JSON.stringify(filter()));
  const [resets, setResets] = createSignal(0);
  const list = createMemo(
    on([question, resets], (): LiveList<Entry> => createLiveList({ tail: live.tail(), admits: admits(filter()) })),
  );
  const [rows, setRows] = createSignal<readonly Entry[]>([]);
  const [waitingCount, setWaitingCount] = createSignal(0);
  const [isPaused, setPaused] = createSignal(false);
  const [back, setBack] = createSignal<Back>({ kind: "more" });

  const show = () => {
    setRows(list().rows());
    setWaitingCount(list().waitingCount());
    setPaused(list().isPaused());
  };
  createComputed(on(list, () => setBack({ kind: "more" })));
  createComputed(
    on([list, live.tail], () => {
      list().follow();
      show();
    }),
  );
  onCleanup(live.listen({ onBatch: () => {}, onReset: () => setResets((count) => count + 1) }));

  const readPage = async (current: LiveList<Entry>, before: Entry): Promise<Back> => {
    const variables = { filter: logFilterOf(filter()), before: before.cursor, last: PAGE_ENTRIES };
    const { data, error } = await client.query(OlderEntriesQuery, variables).toPromise();
    if (!data) return { kind: "failed", fault: faultOf(error) };
    const { edges, pageInfo } = data.log;
    const entries = edges.map(({ node }) => node);
    const found = current.addOlder({ before, entries, isFirst: !pageInfo.hasPreviousPage });
    if (found > 0) return { kind: "more" };
    return { kind: "nothing-found", fromSeq: entries[0]?.seq ?? before.seq };
  };
  const readBack = async () => {
    if (back().kind === "reading") return;
    setBack({ kind: "reading" });
    const current = list();
    let next: Back = { kind: "reading" };
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const before = current.reach();
      if (!before || filter().sinceSeq > 0) next = { kind: "end" };
      else next = await readPage(current, before);
      if (list() !== current) return;
      if (next.kind !== "nothing-found") break;
    }
    show();
    setBack(next);
  };

  return {
    ...{ rows, waitingCount, isPaused, back, readBack },
    pause: () => {
      list().pause();
      show();
    },
    resume: () => {
      list().resume();
      show();
    },
  };
};
