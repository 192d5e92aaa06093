import { expect, test } from "vitest";
import { cpuMsOf, familyCpuMsOf, readProcess } from "./processes.ts";

test("a process's times are found behind a name with blanks and brackets", () => {
  const stat = "4242 (postgres: (a) b) S 17 4242 4242 0 -1 4194560 1 2 3 4 120 30 7 3 20 0 1 0 99 1 1";
  expect(readProcess(stat)).toEqual({ parent: 17, ownMs: 1_500, endedMs: 100 });
});

test("a process that does not exist has no CPU time, and neither has a sum with it", () => {
  const none = 2 ** 30;
  expect(cpuMsOf([process.pid, none])).toBeNaN();
  expect(familyCpuMsOf(none)).toBeNaN();
});

test.runIf(process.platform === "linux")("a family has at least the CPU time of its head", () => {
  const own = cpuMsOf([process.pid]);
  expect(own).toBeGreaterThan(0);
  expect(familyCpuMsOf(process.pid)).toBeGreaterThanOrEqual(own);
});
