// The newest entries of the log, as they come; each opens in the live room.
import { A, useNavigate } from "@solidjs/router";
import { Index } from "solid-js";
import { useLive } from "../api/live.ts";
import type { Entry } from "../api/operations.ts";
import { newestOf } from "../api/tail.ts";
import { now } from "../clock.ts";
import { formatElapsed } from "../format.ts";
import { EntryHead, EntryRow } from "../log/EntryRow.tsx";
import { subjectOf } from "../log/entry.ts";

const SHOWN_ENTRIES = 10;

export const NewestEntries = () => {
  const live = useLive();
  const navigate = useNavigate();
  const open = (entry: Entry) =>
    navigate(`/live?${new URLSearchParams({ ...subjectOf(entry), entry: `${entry.seq}` })}`);
  const heard = () => {
    const sinceAt = live.receivedAt();
    return sinceAt === null ? "" : `last received ${formatElapsed({ sinceAt, now: now() })}`;
  };
  return (
    <section class="panel panel-newest" aria-labelledby="newest-title">
      <header class="section-head panel-head">
        <h2 id="newest-title">Newest entries</h2>
        <span class="quiet section-note">{heard()}</span>
        <A class="section-more" href="/live">
          Follow live
        </A>
      </header>
      <div class="entries">
        <EntryHead />
        <ol>
          {/* By place: written anew several times a second under load, not made anew. */}
          <Index each={newestOf(live.tail().entries, SHOWN_ENTRIES)}>
            {(entry) => (
              <li class="entry-item">
                <EntryRow entry={entry()} isOpen={false} onOpen={() => open(entry())} />
              </li>
            )}
          </Index>
        </ol>
      </div>
    </section>
  );
};
