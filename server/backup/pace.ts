// How fast a backup may go, so that those who are served meanwhile do not notice.
import type { Pace } from "../storage/backup.ts";

interface PaceDeps {
  readonly bytesPerSecond: number;
  /** Told of the bytes as they come. */
  readonly onBytes: (bytes: number) => void;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

/** Spreads what is written evenly: what was slow is not made up for. */
export const createPace = ({ bytesPerSecond, onBytes, nowMs = () => performance.now() }: PaceDeps): Pace => {
  let nextAtMs = Number.NEGATIVE_INFINITY;
  return {
    restAfter: (bytes) => {
      onBytes(bytes);
      const now = nowMs();
      nextAtMs = Math.max(nextAtMs, now) + (bytes / bytesPerSecond) * 1_000;
      return nextAtMs - now;
    },
  };
};
