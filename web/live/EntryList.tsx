// The rows of the live room: as many as the log has, of which only those in sight are drawn. One of them can be gone to
// by keyboard, and stays drawn, and so focused, wherever the list is scrolled to.
import { createEffect, createSignal, Show } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import type { Entry } from "../api/operations.ts";
import { EntryHead, EntryRow } from "../log/EntryRow.tsx";
import { indexOfSeq } from "./live-list.ts";

/** As live.css has them: with the right guess nothing moves when a row is first measured. */
const WIDE_ROW_PX = 32;
const NARROW_ROW_PX = 64;
const NARROW = "(width < 720px)";
/** Further down than this, somebody is reading. */
const SCROLLED_PX = 24;
/** So close to the last row the log is read further back. */
const NEAR_END_ROWS = 100;

const places: number[] = [];

/** 0, 1, 2 …: rows are drawn by their place. A place that another entry has come to is written anew, not made anew. */
const placesOf = (count: number): readonly number[] => {
  while (places.length < count) places.push(places.length);
  return places.slice(0, count);
};

export interface EntryListHandle {
  toTop(): void;
  /** Whether the newest row is in sight. */
  isAtTop(): boolean;
  /** Goes `step` rows from the one that is open or focused; gives its entry. */
  move(step: number): Entry | undefined;
}

export const EntryList = (props: {
  rows: readonly Entry[];
  openSeq: number | null;
  ref: (handle: EntryListHandle) => void;
  onOpen: (entry: Entry) => void;
  onScrolled: (isAtTop: boolean) => void;
  onNearEnd: () => void;
  /** Somebody has come to the rows by keyboard. */
  onVisit: () => void;
}) => {
  const [activeSeq, setActiveSeq] = createSignal<number | null>(null);
  let list: VListHandle | undefined;
  let element: HTMLDivElement | undefined;
  const indexOf = (seq: number | null) => (seq === null ? -1 : indexOfSeq(props.rows, seq));
  const isAtTop = () => (list?.scrollOffset ?? 0) <= SCROLLED_PX;
  const seeEnd = () => {
    const last = list ? list.findItemIndex(list.scrollOffset + list.viewportSize) : 0;
    if (last + NEAR_END_ROWS > props.rows.length) props.onNearEnd();
  };
  const move = (step: number): Entry | undefined => {
    const from = indexOf(props.openSeq ?? activeSeq());
    const index = from === -1 ? 0 : Math.min(props.rows.length - 1, Math.max(0, from + step));
    const entry = props.rows[index];
    if (!entry) return undefined;
    setActiveSeq(entry.seq);
    list?.scrollToIndex(index, { align: "nearest" });
    element?.querySelector<HTMLElement>(`[data-seq="${entry.seq}"]`)?.focus({ preventScroll: true });
    return entry;
  };
  // At once: the list's own way waits for rows to be measured, and whoever scrolls on meanwhile would be thrown back.
  const toTop = () => element?.querySelector(".entry-rows")?.scrollTo(0, 0);
  props.ref({ isAtTop, move, toTop });
  createEffect(() => {
    if (props.rows.length > 0) seeEnd();
  });
  return (
    <section
      class="entries"
      ref={element}
      aria-label="Entries, newest first"
      onFocusIn={({ target }) => {
        setActiveSeq(Number(target.closest("[data-seq]")?.getAttribute("data-seq")) || null);
        if (target.matches(":focus-visible")) props.onVisit();
      }}
      onFocusOut={() => setActiveSeq(null)}
    >
      <EntryHead />
      <VList
        class="entry-rows"
        ref={(handle) => {
          list = handle;
        }}
        data={placesOf(props.rows.length)}
        itemSize={window.matchMedia(NARROW).matches ? NARROW_ROW_PX : WIDE_ROW_PX}
        keepMounted={[indexOf(activeSeq() ?? props.openSeq)].filter((index) => index >= 0)}
        onScroll={() => {
          props.onScrolled(isAtTop());
          seeEnd();
        }}
      >
        {(place) => (
          <Show when={props.rows[place]}>
            {(entry) => (
              <EntryRow entry={entry()} isOpen={props.openSeq === entry().seq} onOpen={() => props.onOpen(entry())} />
            )}
          </Show>
        )}
      </VList>
    </section>
  );
};
