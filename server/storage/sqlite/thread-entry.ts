// What runs in a thread of its own: one connection, which answers calls in the order in which they come. When it is closed
// the thread can be given another.
import { flushCompileCache } from "node:module";
import { parentPort } from "node:worker_threads";
import { openDatabase } from "./database.ts";
import { toAppError } from "./faults.ts";
import { createGuard, type Guard } from "./guard.ts";
import { openReader } from "./reader.ts";
import { rebuildWhereDue } from "./rollup-rebuild.ts";
import { tellSpace } from "./space.ts";
import { type Call, packError, type Task } from "./thread.ts";
import { createWriter } from "./writer.ts";

/** How long the group of events in hand waited for the lock; null where the call is about something else. */
let lockedAfterMs: number | null = null;
const onLocked = (waitedMs: number): void => {
  lockedAfterMs = waitedMs;
};

const openWriter = (file: string) => {
  const db = openDatabase(file);
  rebuildWhereDue(db);
  const methods = createWriter(db, { file, onLocked });
  return { methods, guard: createGuard({ connection: db.$client, file }) };
};

/** A reader changes nothing, so it has nothing to be careful about. */
const unguarded = (file: string): Guard => ({
  run: (work) => {
    try {
      return work();
    } catch (error) {
      throw toAppError(tellSpace(error, file));
    }
  },
  tidy: () => {},
});

interface Connection {
  readonly calls: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  readonly guard: Guard;
}

const open = ({ role, file }: Task): Connection => {
  const { methods, guard } =
    role === "writer" ? openWriter(file) : { methods: openReader(file), guard: unguarded(file) };
  return { calls: methods as unknown as Connection["calls"], guard };
};

const answer = ({ calls, guard }: Connection, { id, name, args, postedAtMs }: Call): void => {
  lockedAfterMs = null;
  try {
    const value = guard.run(() => calls[name]?.(...args), Date.now() - postedAtMs);
    parentPort?.postMessage({ id, value, lockedAfterMs });
  } catch (error) {
    parentPort?.postMessage({ id, error: packError(error) });
  }
};

const tidy = ({ guard }: Connection): void => {
  try {
    guard.tidy();
  } catch (error) {
    parentPort?.postMessage({ id: 0, error: packError(error) });
  }
};

let connection: Connection | null = null;

parentPort?.on("message", (message: Task | Call) => {
  if ("role" in message) {
    connection = open(message);
    // What was compiled is kept for later starts even where this process is killed.
    flushCompileCache();
    return;
  }
  if (connection === null) throw new Error("This thread has no connection.");
  if (message.name !== "close") {
    answer(connection, message);
    tidy(connection);
    return;
  }
  connection.calls.close?.();
  connection = null;
  parentPort?.postMessage({ id: message.id, value: undefined, lockedAfterMs: null });
});
