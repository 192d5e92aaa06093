// The rows of the live room: as many as the log has, of which only those in sight are drawn. One of them can be gone to
// by keyboard, and stays drawn, and so focused, wherever the list is scrolled to.
import { createEffect, createSignal } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import type { Entry } from "../api/operations.ts";
import { indexOfSeq } from "../live-list.ts";
import { EntryHead, EntryRow } from "./EntryRow.tsx";

/** As live.css has them: with the right guess nothing moves when a row is first measured. */
const WIDE_ROW_PX = 32;
const NARROW_ROW_PX = 64;
const NARROW = "(width < 720px)";
/** Further down than this, somebody is reading. */
const SCROLLED_PX = 24;
/** So close to the last row the log is read further back. */
const NEAR_END_ROWS = 100;

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
  props.ref({ isAtTop, move, toTop: () => list?.scrollTo(0) });
  createEffect(() => {
    if (props.rows.length > 0) seeEnd();
  });
  return (
    <section
      class="entries"
      ref={element}
      aria-label="Entries, newest first"
      onFocusIn={(event) => setActiveSeq(Number(event.target.closest("[data-seq]")?.getAttribute("data-seq")) || null)}
      onFocusOut={() => setActiveSeq(null)}
    >
      <EntryHead />
      <VList
        class="entry-rows"
        ref={(handle) => {
          list = handle;
        }}
        data={props.rows}
        itemSize={window.matchMedia(NARROW).matches ? NARROW_ROW_PX : WIDE_ROW_PX}
        keepMounted={[indexOf(activeSeq() ?? props.openSeq)].filter((index) => index >= 0)}
        onScroll={() => {
          props.onScrolled(isAtTop());
          seeEnd();
        }}
      >
        {(entry) => <EntryRow entry={entry} isOpen={props.openSeq === entry.seq} onOpen={() => props.onOpen(entry)} />}
      </VList>
    </section>
  );
};
