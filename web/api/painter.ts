// Keeps drawing apart from receiving: however fast the news, the screen changes a few times a second.

const DRAW_INTERVAL_MS = 250;

export interface Painter {
  request(): void;
  close(): void;
}

/** Draws at most every DRAW_INTERVAL_MS; what was asked for while the page was hidden is drawn when it is shown. */
export const createPainter = (draw: () => void): Painter => {
  let isWanted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const schedule = () => {
    if (!isWanted || timer !== undefined || document.hidden) return;
    isWanted = false;
    requestAnimationFrame(draw);
    timer = setTimeout(() => {
      timer = undefined;
      schedule();
    }, DRAW_INTERVAL_MS);
  };
  document.addEventListener("visibilitychange", schedule);

  return {
    request: () => {
      isWanted = true;
      schedule();
    },
    close: () => {
      document.removeEventListener("visibilitychange", schedule);
      clearTimeout(timer);
    },
  };
};
