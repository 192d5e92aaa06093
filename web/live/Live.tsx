// The live feed: newest on top, standing still whenever somebody reads. What comes in meanwhile waits and is counted.
// Where one is stands in the address (live-place.ts).
import { useSearchParams } from "@solidjs/router";
import { createEffect, createSignal, lazy, on, Show, untrack } from "solid-js";
import { useLive } from "../api/live.ts";
import { type LiveRows, useLiveRows } from "../api/live-rows.ts";
import type { Entry } from "../api/operations.ts";
import { now } from "../clock.ts";
import { Announcer } from "../components/Announcer.tsx";
import { ViewChoice } from "../components/ViewChoice.tsx";
import { formatCount, formatElapsed } from "../format.ts";
import { subjectOf } from "../log/entry.ts";
import { useShortcuts } from "../shortcuts.ts";
import { EntryList, type EntryListHandle } from "./EntryList.tsx";
import { LiveFilters } from "./LiveFilters.tsx";
import { LiveFoot } from "./LiveFoot.tsx";
import { indexOfSeq } from "./live-list.ts";
import {
  type EntryFilter,
  filterParams,
  isFiltered,
  liveViews,
  nothingOpen,
  type Place,
  readPlace,
} from "./live-place.ts";
import { NoEntries } from "./NoEntries.tsx";
import "../rooms.css";
import "./live.css";

const EntryDetail = lazy(() => import("./EntryDetail.tsx").then((part) => ({ default: part.EntryDetail })));

/** Fewer rows than these may not fill the screen: then the log is read back without anybody scrolling. */
const MIN_ROWS = 100;

/** Who paused decides what resumes: a scroll ends at the top, a reading with what is open closed, a click by a click. */
type PausedBy = "nobody" | "button" | "scroll" | "reading";

export const Live = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const place = (): Place => readPlace(params);
  const live = useLive();
  const list = useLiveRows(() => place().filter);
  const [pausedBy, setPausedBy] = createSignal<PausedBy>("nobody");
  let rows: EntryListHandle | undefined;

  const pause = (by: PausedBy) => {
    if (pausedBy() !== "nobody") return;
    setPausedBy(by);
    list.pause();
  };
  const resume = () => {
    setPausedBy("nobody");
    list.resume();
    rows?.toTop();
  };
  const filterBy = (filter: EntryFilter) => setParams({ ...filterParams(filter), ...nothingOpen });
  const open = (entry: Entry) => {
    pause("reading");
    const isMove = place().entry !== null;
    const subject = subjectOf(entry);
    setParams({ ...nothingOpen, ...subject, entry: String(entry.seq) }, { replace: isMove });
  };
  const close = () => {
    setParams(nothingOpen);
    if (pausedBy() !== "reading") return;
    if (rows?.isAtTop() ?? true) resume();
    else setPausedBy("scroll");
  };
  const move = (step: number) => {
    pause("reading");
    const entry = rows?.move(step);
    if (entry && isOpen()) open(entry);
  };
  const isOpen = () => place().entry !== null || place().event !== null || place().failure !== null;
  const onScrolled = (isAtTop: boolean) => {
    if (!isAtTop) pause("scroll");
    else if (pausedBy() === "scroll") resume();
  };
  const toggle = () => (list.isPaused() ? resume() : pause("button"));

  // Another filter begins another list, which runs.
  createEffect(
    on(
      () => JSON.stringify(place().filter),
      () => {
        setPausedBy("nobody");
        rows?.toTop();
      },
      { defer: true },
    ),
  );
  createEffect(() => {
    if (list.rows().length < MIN_ROWS && list.back().kind === "more" && live.tail().lastSeq > 0)
      void untrack(list.readBack);
  });
  useShortcuts(() => [
    { key: "j", label: "Next entry", run: () => move(1) },
    { key: "k", label: "Entry before", run: () => move(-1) },
    { key: "p", label: "Pause the feed, or let it run", run: toggle },
    ...(pausedBy() === "reading" && !isOpen() ? [{ key: "Escape", label: "Let the feed run", run: resume }] : []),
  ]);

  return (
    <div class="live">
      <header class="room-head">
        <h1>Live</h1>
        <p class="quiet live-heard">
          <Show when={live.receivedAt()}>
            {(at) => <>last received {formatElapsed({ sinceAt: at(), now: now() })}</>}
          </Show>
        </p>
        <div class="buttons">
          <button type="button" onClick={() => filterBy({ ...place().filter, sinceSeq: live.tail().lastSeq })}>
            Clear
          </button>
          <Pause list={list} onToggle={toggle} />
        </div>
      </header>
      <LiveFilters filter={place().filter} onFilter={filterBy} />
      <ViewChoice
        views={liveViews}
        params={filterParams(place().filter)}
        isFiltered={isFiltered(place().filter)}
        onOpen={(params) => filterBy(readPlace(params).filter)}
      />
      <Show when={live.wasReset()}>
        <p class="notice" role="status">
          The server holds another log than before: the feed has begun anew.
        </p>
      </Show>
      <div class="split live-split" data-open={isOpen()}>
        <div class="live-list">
          <Show
            when={list.rows().length > 0}
            fallback={<NoEntries list={list} filter={place().filter} onFilter={filterBy} />}
          >
            <EntryList
              ref={(handle) => {
                rows = handle;
              }}
              rows={list.rows()}
              openSeq={place().entry}
              onOpen={open}
              onScrolled={onScrolled}
              onVisit={() => pause("reading")}
              onNearEnd={() => {
                if (list.back().kind === "more") void list.readBack();
              }}
            />
          </Show>
          <LiveFoot list={list} filter={place().filter} onFilter={filterBy} />
        </div>
        <Show when={isOpen()}>
          <EntryDetail place={place()} entry={openEntry(list, place())} onClose={close} />
        </Show>
      </div>
      <Announcer />
    </div>
  );
};

const openEntry = (list: LiveRows, { entry }: Place): Entry | undefined =>
  entry === null ? undefined : list.rows()[indexOfSeq(list.rows(), entry)];

const Pause = (props: { list: LiveRows; onToggle: () => void }) => (
  <button type="button" class="pause" aria-pressed={props.list.isPaused()} onClick={() => props.onToggle()}>
    {props.list.isPaused() ? `Paused, ${formatCount(props.list.waitingCount())} new` : "Pause"} <kbd>p</kbd>
  </button>
);
