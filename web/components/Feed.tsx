// The live feed: newest on top, standing still whenever somebody reads. What comes in meanwhile waits and is counted.
import { createEffect, createSignal, For, on, onCleanup, Show } from "solid-js";
import { useLive } from "../api/live.ts";
import { createThrottle } from "../api/throttle.ts";
import { now } from "../clock.ts";
import { formatCount, formatElapsed, formatPlural } from "../format.ts";
import { ConnectionState } from "./ConnectionState.tsx";
import { EmptyLog } from "./EmptyLog.tsx";
import { FeedRow } from "./FeedRow.tsx";

/** While live only so many rows are drawn: at thousands of events a second each drawing replaces all of them. */
const LIVE_ROWS = 50;
/** Further down than this, somebody is reading. */
const SCROLLED_PX = 24;
const ANNOUNCE_INTERVAL_MS = 5_000;

/** Who paused decides what resumes: a scroll ends at the top, a reading with the last row closed, a click by a click. */
type PausedBy = "nobody" | "button" | "scroll" | "reading";

export const Feed = () => {
  const live = useLive();
  const [pausedBy, setPausedBy] = createSignal<PausedBy>("nobody");
  const rows = () => (live.tail().isPaused ? live.tail().rows : live.tail().rows.slice(0, LIVE_ROWS));
  let list: HTMLOListElement | undefined;

  const pause = (by: PausedBy) => {
    if (pausedBy() !== "nobody") return;
    setPausedBy(by);
    live.pause();
  };
  const resume = () => {
    setPausedBy("nobody");
    live.resume();
    list?.scrollTo({ top: 0 });
  };
  const onScroll = () => {
    if (list && list.scrollTop > SCROLLED_PX) pause("scroll");
    else if (pausedBy() === "scroll") resume();
  };
  const onToggle = () => {
    if (list?.querySelector("details[open]")) pause("reading");
    else if (pausedBy() === "reading") resume();
  };

  return (
    <section class="feed" aria-labelledby="feed-title">
      <header class="section-head">
        <h2 id="feed-title">Live feed</h2>
        <ConnectionState />
        <p class="quiet feed-heard">
          <Show when={live.receivedAt()}>
            {(at) => <>last received {formatElapsed({ sinceAt: at(), now: now() })}</>}
          </Show>
        </p>
        <Pause
          isPaused={live.tail().isPaused}
          waiting={live.tail().waitingCount}
          onPause={() => pause("button")}
          onResume={resume}
        />
      </header>
      <Show when={live.wasReset()}>
        <p class="notice" role="status">
          The server holds another log than before: the feed has begun anew.
        </p>
      </Show>
      <a class="skip" href="#submit">
        Skip the feed
      </a>
      <Show when={live.tail().rows.length > 0} fallback={<Blank isKnown={live.heardAt() !== null} />}>
        <div class="row-line row-head" aria-hidden="true">
          <span>Outcome</span>
          <span>Client</span>
          <span>Metric</span>
          <span class="row-amount">Amount</span>
          <span class="row-time">Event time</span>
          <span class="row-seq">Seq</span>
        </div>
        <ol class="rows" aria-label="Entries, newest first" ref={list} onScroll={onScroll}>
          <For each={rows()}>{(entry) => <FeedRow entry={entry} onToggle={onToggle} />}</For>
        </ol>
      </Show>
      <Announcer />
    </section>
  );
};

const Pause = (props: { isPaused: boolean; waiting: number; onPause: () => void; onResume: () => void }) => (
  <button
    type="button"
    class="pause"
    aria-pressed={props.isPaused}
    onClick={() => (props.isPaused ? props.onResume() : props.onPause())}
  >
    {props.isPaused ? `Paused, ${formatCount(props.waiting)} new` : "Pause"}
  </button>
);

const Blank = (props: { isKnown: boolean }) => (
  <Show when={props.isKnown} fallback={<p class="empty quiet late">Reading the log</p>}>
    <EmptyLog />
  </Show>
);

/** Tells a screen reader how much is new, politely and not too often. */
const Announcer = () => {
  const live = useLive();
  const [text, setText] = createSignal("");
  let toldSeq = 0;
  const throttle = createThrottle({
    intervalMs: ANNOUNCE_INTERVAL_MS,
    task: async () => {
      const { lastSeq } = live.tail();
      if (toldSeq > 0 && lastSeq > toldSeq) setText(formatPlural(lastSeq - toldSeq, "new event"));
      toldSeq = lastSeq;
    },
  });
  createEffect(on(() => live.tail().lastSeq, throttle.request));
  createEffect(
    on(
      () => live.connection().kind,
      (kind) => setText(kind === "waiting" ? "The connection is lost" : ""),
      { defer: true },
    ),
  );
  onCleanup(throttle.close);
  return (
    <p class="visually-hidden" role="status">
      {text()}
    </p>
  );
};
