// What runs in a thread of its own: one connection, which answers calls in the order in which they come.
import { parentPort, workerData } from "node:worker_threads";
import { openDatabase } from "./database.ts";
import { toAppError } from "./faults.ts";
import { createGuard, type Guard } from "./guard.ts";
import { openReader } from "./reader.ts";
import { rebuildWhereDue } from "./rollup-rebuild.ts";
import { tellSpace } from "./space.ts";
import { type Call, packError, type Task } from "./thread.ts";
import { createWriter } from "./writer.ts";

const { role, file } = workerData as Task;

/** How long the group of events in hand waited for the lock; null where the call is about something else. */
let lockedAfterMs: number | null = null;
const onLocked = (waitedMs: number): void => {
  lockedAfterMs = waitedMs;
};

const openWriter = () => {
  const db = openDatabase(file);
  rebuildWhereDue(db);
  const methods = createWriter(db, { file, onLocked });
  return { methods, guard: createGuard({ connection: db.$client, file }) };
};

/** A reader changes nothing, so it has nothing to be careful about. */
const unguarded: Guard = {
  run: (work) => {
    try {
      return work();
    } catch (error) {
      throw toAppError(tellSpace(error, file));
    }
  },
  tidy: () => {},
};

const { methods, guard } = role === "writer" ? openWriter() : { methods: openReader(file), guard: unguarded };
const calls = methods as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const answer = ({ id, name, args, postedAtMs }: Call): void => {
  lockedAfterMs = null;
  try {
    const value = guard.run(() => calls[name]?.(...args), Date.now() - postedAtMs);
    parentPort?.postMessage({ id, value, lockedAfterMs });
  } catch (error) {
    parentPort?.postMessage({ id, error: packError(error) });
  }
};

const tidy = (): void => {
  try {
    guard.tidy();
  } catch (error) {
    parentPort?.postMessage({ id: 0, error: packError(error) });
  }
};

parentPort?.on("message", (call: Call) => {
  if (call.name !== "close") {
    answer(call);
    tidy();
    return;
  }
  calls.close?.();
  parentPort?.postMessage({ id: call.id, value: undefined, lockedAfterMs: null });
  parentPort?.close();
});
