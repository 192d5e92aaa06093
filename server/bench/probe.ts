// What the machine gives at best, and how long a server keeps others waiting.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { requestOnce } from "./load/http.ts";
import { type Latency, latencyOf } from "./statistics.ts";

const SYNC_PROBE_MS = 300;
const PAUSE_MS = 5;

/** How often a second a page of 4 KiB can be appended and synced, one after the other. */
export const measureSyncs = (folder: string): number => {
  const file = join(folder, "sync.probe");
  const descriptor = openSync(file, "w");
  const page = Buffer.alloc(4_096, 1);
  const startedAt = performance.now();
  let count = 0;
  for (; performance.now() - startedAt < SYNC_PROBE_MS; count += 1) {
    writeSync(descriptor, page);
    fdatasyncSync(descriptor);
  }
  closeSync(descriptor);
  rmSync(file);
  return (count * 1_000) / SYNC_PROBE_MS;
};

/** Asks for /healthz again and again while `work` runs: what anyone else would have to wait. */
export const whileProbing = async <T>(
  url: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly health: Latency }> => {
  const healthUrl = new URL("/healthz", url);
  const samplesMs: number[] = [];
  let isWorking = true;
  const probing = (async () => {
    while (isWorking) {
      const startedAt = performance.now();
      await requestOnce(healthUrl);
      samplesMs.push(performance.now() - startedAt);
      await delay(PAUSE_MS);
    }
  })();
  // A probe that fails is heard of when the work is done.
  probing.catch(() => undefined);
  try {
    const result = await work();
    isWorking = false;
    await probing;
    return { result, health: latencyOf(Float64Array.from(samplesMs)) };
  } finally {
    isWorking = false;
  }
};
