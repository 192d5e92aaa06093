import { expect, test } from "vitest";
import { describeConnection } from "./connection.ts";

const base = { behind: 0, isOnline: true, now: 1_000 };
const waiting = { kind: "waiting", untilAt: 3_400 } as const;

test("each state of the connection has its words", () => {
  expect(describeConnection({ ...base, connection: { kind: "connecting" } }).text).toBe("connecting");
  expect(describeConnection({ ...base, connection: { kind: "live" } }).text).toBe("live");
  expect(describeConnection({ ...base, connection: waiting }).text).toBe("reconnecting in 3 s");
  expect(describeConnection({ ...base, connection: waiting, isOnline: false }).text).toBe("offline");
});

test("a feed far behind says how far; a moment's delay is no news", () => {
  const live = { kind: "live" } as const;
  expect(describeConnection({ ...base, connection: live, behind: 4_200 }).text).toBe("catching up, 4\u202f200 behind");
  expect(describeConnection({ ...base, connection: live, behind: 12 }).state).toBe("live");
});
