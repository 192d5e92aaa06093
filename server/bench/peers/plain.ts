// What remains on PostgreSQL when everything but one insert is taken away: ready-made rows into one table with a unique
// key, on conflict do nothing, a transaction for each statement, as durable as the server's.
import pg from "pg";
import type { Facts } from "../../domain/event.ts";
import { fingerprint } from "../../domain/fingerprint.ts";
import { allNew, createEventSource } from "../events.ts";
import { serveParent } from "../parent.ts";
import type { Speed } from "../speed.ts";
import { latencyOf } from "../statistics.ts";
import { factsOf } from "./limit-rows.ts";

export interface PlainJob {
  readonly events: number;
  readonly eventsPerStatement: number;
  /** Statements that wait or are under way at the same time. */
  readonly inFlight: number;
}

export interface PlainReport extends Speed {
  /** All rows sent so far. */
  readonly sent: number;
  /** How many of them were answered as inserted. */
  readonly inserted: number;
  /** CPU time of this process while it inserted: the rows were made before. */
  readonly cpuMs: number;
}

const TABLE = `create table events (id bigint generated always as identity primary key, raw text not null,
  client text not null, metric text not null, unit text, amount numeric not null, timestamp timestamptz not null,
  fingerprint bytea not null, unique (timestamp, fingerprint))`;
const INSERT = `insert into events (raw, client, metric, unit, amount, timestamp, fingerprint) select * from unnest
  ($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::timestamptz[], $7::bytea[]) on conflict do nothing`;
/** What the driver's pool takes by default. */
const CONNECTIONS = 10;

const pool = new pg.Pool({ connectionString: process.argv[2], max: CONNECTIONS });
const source = createEventSource({ first: 0, mix: allNew });
let inserted = 0;

const runPlain = async ({ events, eventsPerStatement, inFlight }: PlainJob): Promise<PlainReport> => {
  const statements = Array.from({ length: Math.ceil(events / eventsPerStatement) }, () =>
    columnsOf(Array.from({ length: eventsPerStatement }, source.next)),
  );
  const samplesMs: number[] = [];
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const work = async (): Promise<void> => {
    for (let values = statements.pop(); values !== undefined; values = statements.pop()) {
      const sentAt = performance.now();
      const { rowCount } = await pool.query({ name: "insert", text: INSERT, values });
      samplesMs.push(performance.now() - sentAt);
      inserted += rowCount ?? 0;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const eventsPerSecond = (samplesMs.length * eventsPerStatement) / seconds;
  return {
    ...{ eventsPerSecond, ...latencyOf(Float64Array.from(samplesMs)) },
    ...{ sent: source.made, inserted, cpuMs: (user + system) / 1_000 },
  };
};

/** One list of values for each column. */
const columnsOf = (texts: readonly string[]): unknown[] => {
  const nowUs = Date.now() * 1_000;
  const facts = texts.map((text) => factsOf(text, nowUs));
  const column = (name: keyof Facts): unknown[] => facts.map((fact) => fact[name]);
  const hashes = facts.map((fact) => Buffer.from(fingerprint(fact), "hex"));
  return [texts, column("client"), column("metric"), column("unit"), column("amount"), column("timestamp"), hashes];
};

await pool.query(TABLE);
serveParent({}, runPlain);
