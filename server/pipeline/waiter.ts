// Where a reader of the feed waits: until it is woken, or until it has been silent for too long.

export interface Waiter {
  readonly isClosed: boolean;
  /** Resolves to true when woken or closed, to false when the silence has lasted. @throws what `fail` was given. */
  wait(): Promise<boolean>;
  wake(): void;
  fail(error: unknown): void;
  /** The silence begins anew. */
  endSilence(): void;
  close(): void;
}

export const createWaiter = (maxSilenceMs: number): Waiter => {
  let isClosed = false;
  let silentSince = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: PromiseWithResolvers<boolean> | undefined;

  const settle = (wasWoken: boolean): void => {
    waiting?.resolve(wasWoken);
    waiting = undefined;
  };
  // Set once for each silence and not for each wait, of which there are twenty a second.
  const watch = (): void => {
    timer = setTimeout(
      () => {
        timer = undefined;
        if (waiting === undefined) return;
        if (performance.now() - silentSince >= maxSilenceMs) settle(false);
        else watch();
      },
      Math.max(silentSince + maxSilenceMs - performance.now(), 0),
    );
  };

  return {
    get isClosed() {
      return isClosed;
    },
    wait: () => {
      waiting = Promise.withResolvers();
      const { promise } = waiting;
      if (isClosed) settle(true);
      else if (timer === undefined) watch();
      return promise;
    },
    wake: () => settle(true),
    fail: (error) => {
      waiting?.reject(error);
      waiting = undefined;
    },
    endSilence: () => {
      silentSince = performance.now();
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      settle(true);
    },
  };
};
