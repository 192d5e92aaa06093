// Makes a backup in a process of its own, so that whatever it takes or meets leaves the server as it is. It ends with the
// server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

interface ChildOptions {
  /** The SQLite file or the URL. */
  readonly databaseUrl: string;
  readonly file: string;
  /** Fires where it must end before it is through. */
  readonly signal: AbortSignal;
}

/** Looking through a large file it may not hear that it is to end, and the server has only so long. */
const STOP_LIMIT_MS = 1_000;
const [launcher, program] = ["../start.js", "../main.ts"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Resolves when the backup is made. @throws Error with what the command has said. */
export const runBackup = async ({ databaseUrl, file, signal }: ChildOptions): Promise<void> => {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [launcher ?? "", program ?? "", "backup", file], {
    // The launcher then ends when this process does, however that ends.
    env: { ...process.env, DATABASE_URL: databaseUrl, READ_DATABASE_URL: "none", SURECOUNT_LAUNCHED: "1" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const stop = (): void => {
    child.kill();
    // What it leaves behind then goes with the next.
    setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS).unref();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const [said, [code]] = await Promise.all([child.stderr === null ? "" : text(child.stderr), once(child, "exit")]);
    if (code !== 0) throw new Error(`the backup was not made: ${complaintOf(said)}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

/** Without the progress. */
const complaintOf = (said: string): string => {
  const lines = said.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  return lines.join(" ") || "it was ended";
};
