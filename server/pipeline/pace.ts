// Gives a steady pace to what is asked for at any rate. The step itself must not fail: nobody waits for it.

interface Pace {
  /**
   * Takes the step at once where the last one was taken long ago, else when it was. Requests in between count as one;
   * those that come during a step lead to one more.
   */
  request(): void;
  /** No further steps. */
  stop(): void;
}

export const createPace = (paceMs: number, step: () => Promise<void>): Pace => {
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStepping = false;
  let isWanted = false;
  let isStopped = false;

  const take = async (): Promise<void> => {
    timer = undefined;
    lastAt = performance.now();
    isWanted = false;
    isStepping = true;
    try {
      await step();
    } finally {
      isStepping = false;
    }
    if (isWanted) request();
  };
  const request = (): void => {
    isWanted = true;
    if (isStepping || isStopped || timer !== undefined) return;
    const delayMs = lastAt + paceMs - performance.now();
    if (delayMs <= 0) void take();
    else timer = setTimeout(take, delayMs);
  };
  return {
    request,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
