// Years of events in minutes: fills a database through the storage layer, in order of time and in large groups.
import type { PreparedEvent } from "../../domain/event.ts";
import { fingerprint } from "../../domain/fingerprint.ts";
import { openDatabase } from "../../storage/sqlite/database.ts";
import { createWriter } from "../../storage/sqlite/writer.ts";
import { serveParent } from "../parent.ts";

export interface HistoryJob {
  readonly events: number;
  /** Each has one metric, and so is one series. They come in turns. */
  readonly clients: number;
  /** How far back the first event lies. */
  readonly days: number;
  readonly endMs: number;
}

const DAY_MS = 86_400_000;
const GROUP = 5_000;
/** Coprime to the numbers of clients and amounts. */
const STRIDE = 7_919;
const AMOUNTS = 1_000_000;

const file = process.argv[2] ?? "";

const eventAt = (number: number, { events, clients, days, endMs }: HistoryJob): PreparedEvent => {
  const facts = {
    client: `shop-${(number * STRIDE) % clients}`,
    metric: "sale",
    unit: "EUR",
    amount: String((1 + ((number * STRIDE) % AMOUNTS)) / 100),
    timestamp: new Date(endMs - days * DAY_MS * (1 - number / events)).toISOString().replace(/\.?0*Z$/, "Z"),
  };
  return {
    ...{ kind: "event", rawText: JSON.stringify(facts), idempotencyKey: null, warnings: [], profilesAsOf: 0 },
    ...{ facts, fingerprint: fingerprint(facts), profileVersion: 0 },
  };
};

/** Gives the number of events that were accepted. */
const fill = (job: HistoryJob): number => {
  const db = openDatabase(file);
  const writer = createWriter(db, { file, onLocked: () => {} });
  let accepted = 0;
  for (let number = 0; number < job.events; number += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, job.events - number) }, (_, index) =>
      eventAt(number + index, job),
    );
    accepted += writer.append(group, job.endMs * 1_000).results.filter(({ outcome }) => outcome === "ACCEPTED").length;
    db.$client.pragma("wal_checkpoint(PASSIVE)");
  }
  writer.close();
  return accepted;
};

serveParent({}, fill);
