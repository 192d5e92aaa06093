import { expect, test } from "vitest";
import { estimateTable, needOf } from "./estimate.ts";

const cost = { serversUs: 60, postgresUs: 20, walBytes: 1_200 };
const footprint = { removableBytes: 500, stayingBytes: 200, rollupRowBytes: 250, connectionsPerServer: 8 };

test("cores, connections and the log follow from the cost of an event at 11,574 events a second", () => {
  const need = needOf(cost, footprint);
  expect(need.busyServerCores).toBeCloseTo(0.694, 3);
  expect(need.busyPostgresCores).toBeCloseTo(0.231, 3);
  // Three times as many at the peak, on cores that are 70 % busy.
  expect([need.serverCores, need.postgresCores]).toEqual([3, 1]);
  expect(need.turnsAtPeak).toBeCloseTo(0.694, 3);
  expect(need.walBytesPerDay).toBe(1.2e12);
  expect(need.connections).toBe(24);
});

test("what is kept and what stays are told apart, in gigabytes", () => {
  const { rows } = estimateTable([{ load: "batches", cost, mostPerSecond: 40_000 }], footprint);
  const cells = Object.fromEntries(rows);
  expect(cells["disk for 30 days of it"]).toBe("15,000 GB");
  expect(cells["disk a day that stays: identities"]).toBe("200 GB");
  expect(cells["disk a day that stays: rollups"]).toBe("0.72 GB");
  expect(cells["partitions, one a day for each table"]).toBe("90");
});
