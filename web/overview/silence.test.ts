import { expect, test } from "vitest";
import { silentOf } from "./silence.ts";

const nowMs = Date.parse("2026-01-31T12:00:00Z");
const seen = (client: string, lastSeenAt: string) => ({ client, lastSeenAt });

test("silent is who has sent nothing for an hour, who fell silent last first", () => {
  const clients = [
    seen("busy", "2026-01-31T11:59:59Z"),
    seen("yesterday", "2026-01-30T12:00:00Z"),
    seen("just within", "2026-01-31T11:00:00Z"),
    seen("just gone", "2026-01-31T10:59:59.9Z"),
  ];
  expect(silentOf(clients, nowMs).map(({ client }) => client)).toEqual(["just gone", "yesterday"]);
});
