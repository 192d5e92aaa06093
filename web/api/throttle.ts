// Keeps a question from being asked too often.

export interface Throttle {
  /** Asks at once if the last asking is long enough ago and done, else as soon as it is; many requests make one. */
  request(): void;
  close(): void;
}

/** A question that takes the server long is asked so rarely that it takes a tenth of the time. */
const RESTS_PER_RUN = 9;

/** At most one run of `task` at a time, and `intervalMs` of rest after each, or more after a long one. */
export const createThrottle = (deps: { task: () => Promise<void>; intervalMs: number }): Throttle => {
  let isResting = false;
  let isWanted = false;
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async () => {
    isResting = true;
    isWanted = false;
    const startedAt = Date.now();
    await deps.task();
    if (isClosed) return;
    const restMs = Math.max(deps.intervalMs, RESTS_PER_RUN * (Date.now() - startedAt));
    timer = setTimeout(() => {
      isResting = false;
      if (isWanted) void run();
    }, restMs);
  };

  return {
    request: () => {
      isWanted = true;
      if (!isResting && !isClosed) void run();
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
};
