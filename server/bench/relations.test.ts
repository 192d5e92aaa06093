import { expect, test } from "vitest";
import { footprintOf } from "./relations.ts";

test("what retention drops, what stays, and what a rollup takes are told apart", () => {
  const relations = [
    { table: "normalized_events", sizeBytes: 2_400 },
    { table: "raw_events", sizeBytes: 1_900 },
    { table: "event_identities", sizeBytes: 1_800 },
    { table: "processing_log", sizeBytes: 1_100 },
    { table: "rollups", sizeBytes: 600 },
    { table: "meta", sizeBytes: 100 },
  ];
  expect(footprintOf({ relations, events: 10, rollups: 3, connections: 7 }, 2)).toEqual({
    ...{ removableBytes: 540, stayingBytes: 180, rollupRowBytes: 200 },
    connectionsPerServer: 4,
  });
});
