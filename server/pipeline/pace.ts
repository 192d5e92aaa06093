// Gives a steady pace to what is asked for at any rate.

interface Pace {
  /** Calls the step at once where its last call is long ago, else when it is; requests in between count as one. */
  request(): void;
  /** No further calls. */
  stop(): void;
}

export const createPace = (paceMs: number, step: () => void): Pace => {
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = (): void => {
    timer = undefined;
    lastAt = performance.now();
    step();
  };
  return {
    request: () => {
      if (timer !== undefined) return;
      const delayMs = lastAt + paceMs - performance.now();
      if (delayMs <= 0) run();
      else timer = setTimeout(run, delayMs);
    },
    stop: () => clearTimeout(timer),
  };
};
