// A server's retention as a process of its own, which kills itself at a moment that is named: `read 3` when it reads the
// third portion of what it archives, `removal 1` when it has archived a file and is to remove what that holds.
// Usage: archive-kill.ts DATABASE FOLDER NOW_US MOMENT TIMES
import { createLog } from "../log.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import { createArchive } from "../workers/archive.ts";
import { createRetentionWorker } from "../workers/retention.ts";

const [file = "", folder = "", nowUs = "", moment = "", times = ""] = process.argv.slice(2);
const now = (): number => Number(nowUs);

const storage = await createSqliteStorage({ file, now });
let left = Number(times);
const dying =
  <Args extends readonly unknown[], T>(name: string, call: (...args: Args) => Promise<T>) =>
  async (...args: Args): Promise<T> => {
    if (name === moment && --left === 0) process.kill(process.pid, "SIGKILL");
    return call(...args);
  };
createRetentionWorker({
  storage: {
    leases: storage.leases,
    oldEvents: dying("read", storage.oldEvents),
    removeRawEvents: dying("removal", storage.removeRawEvents),
  },
  ...{ days: 1, archive: createArchive({ folder, databaseId: storage.databaseId, maxFileEvents: 450 }) },
  ...{ now, log: createLog("silent") },
});
