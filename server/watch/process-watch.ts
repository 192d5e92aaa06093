// What the process takes: how late its event loop is, and how much of a core it uses.
import { createRecent, type Recent } from "./recent.ts";

/** Often enough to see what delays an answer, rarely enough not to be seen: 0.1 % of a core. */
const TICK_MS = 20;
const TICKS_BETWEEN_LOOKS = 250;

export interface ProcessWatch {
  /** How much later than it should the event loop comes to its work, in seconds. */
  readonly eventLoopDelay: Recent;
  /** Seconds of processor time a second, of all threads together, over the last 5 to 10 seconds. */
  cpuShare(): number;
  /** What all threads together have moved from and to disks; null where the system does not tell. */
  readonly disk: (() => DiskFigures) | null;
  close(): void;
}

interface DiskFigures {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Linux counts in units of so much, whatever the disk's blocks are. */
const BLOCK_BYTES = 512;

export const createProcessWatch = (): ProcessWatch => {
  const eventLoopDelay = createRecent();
  let [before, last] = [look(), look()];
  let expectedAtMs = performance.now() + TICK_MS;
  let ticks = 0;

  const tick = (): void => {
    const nowMs = performance.now();
    eventLoopDelay.record(Math.max(0, nowMs - expectedAtMs) / 1_000);
    expectedAtMs = nowMs + TICK_MS;
    ticks += 1;
    if (ticks % TICKS_BETWEEN_LOOKS === 0) [before, last] = [last, look()];
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();

  return {
    eventLoopDelay,
    cpuShare: () => {
      const now = look();
      return (now.cpuMs - before.cpuMs) / Math.max(1, now.atMs - before.atMs);
    },
    disk: process.platform === "linux" ? lookAtDisk : null,
    close: () => clearInterval(timer),
  };
};

const lookAtDisk = (): DiskFigures => {
  const { fsRead, fsWrite } = process.resourceUsage();
  return { readBytes: fsRead * BLOCK_BYTES, writtenBytes: fsWrite * BLOCK_BYTES };
};

const look = () => {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), cpuMs: (user + system) / 1_000 };
};
