// Disks that are small, full or failing, for a server that runs. A small disk needs the right to mount one, which root
// has; a failing one needs strace, which answers calls to the system in the kernel's place.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { temporaryFolder } from "./temporary.ts";

const succeeds = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;

const mount = (folder: string, sizeBytes: number): boolean =>
  succeeds("mount", "-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", folder);
const unmount = (folder: string): void => {
  execFileSync("umount", ["--lazy", folder]);
};

const probe = temporaryFolder();
/** Where it is false, what needs it is left out, which services.test.ts says. */
export const canMount = mount(probe, 65_536);
if (canMount) unmount(probe);

export interface SmallDisk {
  /** The path of a file on it that is not there yet. */
  readonly file: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
}

const mounted: string[] = [];
afterAll(() => mounted.splice(0).forEach(unmount));

export const createSmallDisk = (sizeBytes: number): SmallDisk => {
  const folder = temporaryFolder();
  if (!mount(folder, sizeBytes)) throw new Error("No disk could be mounted.");
  mounted.push(folder);
  const ballast = join(folder, "ballast");
  return {
    file: join(folder, "surecount.db"),
    fill: () => {
      for (const chunkBytes of [1_048_576, 65_536, 4_096])
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(chunkBytes), { flag: "a" });
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        }
    },
    free: () => rmSync(ballast),
  };
};

/**
 * From now on the calls fail, as in "fdatasync:error=EIO", until `end` or the end of the process.
 * Resolves when the fault is there.
 */
export const inject = async (pid: number, ...faults: readonly string[]): Promise<{ end(): Promise<void> }> => {
  const calls = faults.map((fault) => fault.split(":", 1)[0]).join(",");
  const tracer = spawn(
    "strace",
    ["-f", "-e", `trace=${calls}`, ...faults.flatMap((fault) => ["-e", `inject=${fault}`]), "-p", String(pid)],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(tracer, "close");
  await new Promise<void>((resolve, reject) => {
    tracer.once("close", () => reject(new Error("strace could not attach to the server.")));
    tracer.stderr.on("data", (chunk: Buffer) => {
      if (chunk.includes(" attached")) resolve();
    });
  });
  return {
    end: async () => {
      tracer.kill("SIGINT");
      await ended;
    },
  };
};
