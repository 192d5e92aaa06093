// What ends a server that outlives a signal to whoever started it: PostgreSQL leaves its parent, and a test process
// may be killed before it has ended what it started.
import { spawn } from "node:child_process";

interface Leash {
  /** When this process ends, so does the server. */
  readonly ownerPid: number;
  /** Its first line is the server's process id, also after a restart. */
  readonly pidFile: string;
  readonly signal: "QUIT" | "KILL";
  /** The server's folder, removed with it. Who removes it before has ended the server. */
  readonly folder: string;
}

const SCRIPT = `
while kill -0 "$1" && [ -d "$4" ]; do sleep 1; done
if [ -f "$2" ]; then kill -s "$3" "$(head -n 1 "$2")"; sleep 1; fi
rm -rf "$4"`;

/** Starts a small shell that waits for the owner's end. */
export const putOnLeash = ({ ownerPid, pidFile, signal, folder }: Leash): void => {
  const args = ["-c", SCRIPT, "leash", String(ownerPid), pidFile, signal, folder];
  spawn("sh", args, { detached: true, stdio: "ignore" }).unref();
};
