// Keeps a question from being asked too often.

export interface Throttle {
  /** Asks at once if the last asking is long enough ago and done, else as soon as it is; many requests make one. */
  request(): void;
  close(): void;
}

/** At most one run of `task` at a time, and `intervalMs` of rest after each. */
export const createThrottle = (deps: { task: () => Promise<void>; intervalMs: number }): Throttle => {
  let isResting = false;
  let isWanted = false;
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async () => {
    isResting = true;
    isWanted = false;
    await deps.task();
    if (isClosed) return;
    timer = setTimeout(() => {
      isResting = false;
      if (isWanted) void run();
    }, deps.intervalMs);
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
