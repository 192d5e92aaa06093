// A wait that can be ended early.

export interface Pause {
  wait(delayMs: number): Promise<void>;
  /** Ends the wait, and all that would follow. */
  end(): void;
}

export const createPause = (): Pause => {
  let isEnded = false;
  let end = (): void => {};
  return {
    wait: (delayMs: number): Promise<void> => {
      if (isEnded) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, delayMs);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    end: (): void => {
      isEnded = true;
      end();
    },
  };
};
