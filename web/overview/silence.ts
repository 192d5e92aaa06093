// Which clients have fallen silent: they have sent before, and nothing for an hour. An hour is longer than any sensible
// client waits before it tries again, and short enough to ask on the same day what became of it.

const SILENT_AFTER_MS = 60 * 60 * 1_000;

interface Seen {
  readonly lastSeenAt: string;
}

/** Those that are silent, the ones that fell silent last first: that is the news. */
export const silentOf = <C extends Seen>(clients: readonly C[], nowMs: number): readonly C[] =>
  clients
    .filter(({ lastSeenAt }) => nowMs - Date.parse(lastSeenAt) > SILENT_AFTER_MS)
    .sort((one, other) => Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt));
