// CPU time of processes, as Linux counts it in /proc; on other systems it is not known: NaN.
import { readdirSync, readFileSync } from "node:fs";

/** /proc counts in hundredths of a second, whatever the kernel's own clock. */
const TICK_MS = 10;

interface Process {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly endedMs: number;
}

/** Reads /proc/PID/stat. The name may hold blanks and brackets, so that fields are counted from behind it. */
export const readProcess = (stat: string): Process => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
  const sumMs = (left = Number.NaN, right = Number.NaN): number => (left + right) * TICK_MS;
  return { parent: parent ?? 0, ownMs: sumMs(user, system), endedMs: sumMs(endedUser, endedSystem) };
};

const processOf = (pid: number | string): Process | null => {
  try {
    return readProcess(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // It has ended, or this is not Linux.
    return null;
  }
};

/** The CPU time that the processes have taken since they began, all their threads included. */
export const cpuMsOf = (pids: readonly number[]): number =>
  pids.reduce((sumMs, pid) => sumMs + (processOf(pid)?.ownMs ?? Number.NaN), 0);

/** The same of a process and its children, also of those that have ended. */
export const familyCpuMsOf = (pid: number): number => {
  const parent = processOf(pid);
  if (parent === null) return Number.NaN;
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(processOf)
    .filter((process) => process?.parent === pid);
  return children.reduce((sumMs, child) => sumMs + (child?.ownMs ?? 0), parent.ownMs + parent.endedMs);
};
