// Threads that have closed their connection and wait for the next one. To start a thread and load its code takes a quarter
// of a second of a processor; a spare one is there at once, for an export as for the next storage of a test.
import { Worker } from "node:worker_threads";

const ENTRY = new URL("./thread-entry.ts", import.meta.url);
/** As many as a storage has. */
const MAX_SPARE = 3;
/** With the room that each has for what lives only as long as a call, in MB. */
const spare = new Map<Worker, number>();

/** A thread without a connection. */
export const takeThread = (youngGenerationMb: number): Worker => {
  const [found] = [...spare].find(([, roomMb]) => roomMb === youngGenerationMb) ?? [];
  if (found === undefined)
    return new Worker(ENTRY, { resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb } });
  spare.delete(found);
  forget(found);
  found.ref();
  return found;
};

/** Keeps a thread that has closed its connection. It keeps no process alive. */
export const keepThread = (thread: Worker, youngGenerationMb: number): void => {
  forget(thread);
  if (spare.size >= MAX_SPARE) {
    thread.terminate();
    return;
  }
  spare.set(thread, youngGenerationMb);
  thread.unref();
  thread.once("exit", () => spare.delete(thread));
  // Without a listener it would end the process; what there is to say of a thread without work, its end says.
  thread.once("error", () => undefined);
};

/** Whoever had it is told nothing more. Not all listeners: Node has its own on it. */
const forget = (thread: Worker): void => {
  for (const event of ["message", "error", "exit"]) thread.removeAllListeners(event);
};
