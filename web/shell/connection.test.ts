import { expect, test } from "vitest";
import { describeConnection } from "./connection.ts";

const base = { behind: 0, behindSince: 900, isOnline: true, now: 1_000 };
const waiting = { kind: "waiting", untilAt: 3_400 } as const;

test("each state of the connection has its words", () => {
  expect(describeConnection({ ...base, connection: { kind: "connecting" } }).text).toBe("connecting");
  expect(describeConnection({ ...base, connection: { kind: "live" } }).text).toBe("live");
  expect(describeConnection({ ...base, connection: waiting }).text).toBe("reconnecting in 3 s");
  expect(describeConnection({ ...base, connection: waiting, isOnline: false }).text).toBe("offline");
});

test("a feed far behind says how far; a moment's delay is no news, unless it lasts", () => {
  const live = { kind: "live" } as const;
  expect(describeConnection({ ...base, connection: live, behind: 4_200 }).text).toBe("catching up, 4\u202f200 behind");
  expect(describeConnection({ ...base, connection: live, behind: 12 }).state).toBe("live");
  expect(describeConnection({ ...base, connection: live, behind: 37, now: 2_000 }).text).toBe("catching up, 37 behind");
  expect(describeConnection({ ...base, connection: live, behind: -5, now: 2_000 }).state).toBe("live");
});
