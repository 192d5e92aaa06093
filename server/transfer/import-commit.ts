// Commits the lines of a file, at the pace that their limits allow: an import goes no faster than anyone else may send, but
// it waits where they would be refused. So nothing of a file is lost to a limit, and no file gets around one.
import { setTimeout as wait } from "node:timers/promises";
import { AppError, isUnavailable } from "../domain/error.ts";
import type { Result } from "../domain/event.ts";
import { type Ingest, isRefusal, nameOfFault } from "../pipeline/ingest.ts";
import type { FileLine } from "./file-lines.ts";
import type { ReadLine } from "./import-lines.ts";

/** How long a database that does not serve is waited for. */
const MAX_UNAVAILABLE_MS = 60_000;
/** How long a limit is waited for that others use up: a second of it comes back in a second. */
const MAX_LIMITED_MS = 600_000;
const PAUSE_MS = 500;
const SECONDS_A_MINUTE = 60;

export type Line = FileLine & ReadLine;

/** What became of a line: its result, or the fault that it met. */
export type Fate = Result | { readonly outcome: "FAULTED"; readonly fault: string };

interface CommitDeps {
  readonly ingest: Pick<Ingest, "ingest">;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told of lines as soon as they are committed, in their order. */
  readonly onCommitted: (lines: readonly Line[], fates: readonly Fate[]) => void;
  readonly nowMs?: () => number;
  readonly pause?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Why an import ends whose signal has aborted. */
export const reasonOf = (signal: AbortSignal): AppError =>
  signal.reason instanceof AppError ? signal.reason : stopped();

/** For whoever imports while the server drains. */
const stopped = (): AppError =>
  new AppError("UNAVAILABLE", "The server is shutting down. Import the same file again: nothing is counted twice.", {
    retryAfterMs: 1_000,
  });

/**
 * Resolves when all lines are committed.
 * @throws AppError UNAVAILABLE where the database is away for long, RATE_LIMITED where others leave nothing of a limit for
 * long, and the reason of the signal.
 */
export const createCommit = ({
  ingest,
  signal,
  onCommitted,
  nowMs = () => performance.now(),
  pause = pauseFor,
}: CommitDeps) => {
  const submit = (lines: readonly Line[]) => ingest.ingest(lines.map(({ submitted }) => submitted));

  /** Null where they are committed; else why they cannot be now. */
  const attempt = async (lines: readonly Line[]): Promise<AppError | null> => {
    try {
      onCommitted(lines, await submit(lines));
      return null;
    } catch (error) {
      if (isForLater(error)) return error;
      if (isRefusal(error)) throw error;
      if (lines.length === 1) onCommitted(lines, [{ outcome: "FAULTED", fault: nameOfFault(error) }]);
      // Its neighbours must not suffer for a line that meets a fault.
      else for (const line of lines) await commit([line]);
      return null;
    }
  };

  const commit = async (lines: readonly Line[]): Promise<void> => {
    let size = lines.length;
    let waitingSinceMs = nowMs();
    for (let done = 0; done < lines.length; ) {
      const piece = lines.slice(done, done + size);
      const refusal = await attempt(piece);
      if (refusal === null) {
        done += piece.length;
        waitingSinceMs = nowMs();
        continue;
      }
      const pace = paceOf(refusal);
      if (pace < piece.length) size = pace;
      else await waitFor(refusal, nowMs() - waitingSinceMs);
    }
  };

  const waitFor = async (refusal: AppError, waitedMs: number): Promise<void> => {
    const isAway = isUnavailable(refusal);
    if (waitedMs > (isAway ? MAX_UNAVAILABLE_MS : MAX_LIMITED_MS)) throw isAway ? refusal : usedUp(refusal);
    await pause(refusal.retryAfterMs ?? PAUSE_MS, signal);
    if (signal.aborted) throw reasonOf(signal);
  };
  return commit;
};

const isForLater = (error: unknown): error is AppError =>
  isUnavailable(error) || (error instanceof AppError && error.code === "RATE_LIMITED");

/** How many lines to send at once: what is left, or what comes back within a second. */
const paceOf = ({ details: { rateLimit } }: AppError): number => {
  if (!isRateLimit(rateLimit)) return Number.POSITIVE_INFINITY;
  return Math.max(1, rateLimit.remaining, Math.floor(rateLimit.limit / SECONDS_A_MINUTE));
};

const isRateLimit = (value: unknown): value is { readonly limit: number; readonly remaining: number } =>
  typeof value === "object" && value !== null && "limit" in value && "remaining" in value;

const pauseFor = (delayMs: number, signal: AbortSignal): Promise<void> =>
  wait(delayMs, undefined, { signal }).catch(() => undefined);

const usedUp = ({ retryAfterMs = PAUSE_MS, details }: AppError): AppError =>
  new AppError(
    "RATE_LIMITED",
    "Others have used up the limit that this file is under for ten minutes. Import it again later: nothing is counted twice.",
    { retryAfterMs, details },
  );
