// The reference design: Express and better-sqlite3, everything per request and on the main thread, one transaction for
// each event, aggregations by full scan. Written as its users would write it, with prepared statements and WAL.
import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import BetterSqlite from "better-sqlite3";
import express, { type Request, type Response } from "express";
import { serveParent } from "../parent.ts";

const db = new BetterSqlite(process.argv[2]);
db.pragma("journal_mode = WAL");
// The same promise as Surecount's: what is acknowledged is on disk.
db.pragma("synchronous = FULL");
db.exec(`
  CREATE TABLE raw_events (id INTEGER PRIMARY KEY AUTOINCREMENT, event_hash TEXT NOT NULL UNIQUE,
    raw_data TEXT NOT NULL, received_at TEXT NOT NULL);
  CREATE TABLE normalized_events (id INTEGER PRIMARY KEY AUTOINCREMENT, raw_event_id INTEGER NOT NULL UNIQUE REFERENCES raw_events(id),
    client_id TEXT NOT NULL, metric TEXT NOT NULL, amount REAL NOT NULL, timestamp TEXT NOT NULL);
  CREATE TABLE failed_events (id INTEGER PRIMARY KEY AUTOINCREMENT, event_hash TEXT NOT NULL, raw_data TEXT NOT NULL,
    error_message TEXT NOT NULL, error_type TEXT NOT NULL, failed_at TEXT NOT NULL);
  CREATE TABLE processing_log (id INTEGER PRIMARY KEY AUTOINCREMENT, event_hash TEXT NOT NULL, status TEXT NOT NULL,
    processed_at TEXT NOT NULL);`);

const findByHash = db.prepare(`SELECT n.* FROM raw_events r JOIN normalized_events n ON n.raw_event_id = r.id
  WHERE r.event_hash = ?`);
const insertRaw = db.prepare("INSERT INTO raw_events (event_hash, raw_data, received_at) VALUES (?, ?, ?)");
const insertNormalized = db.prepare(
  "INSERT INTO normalized_events (raw_event_id, client_id, metric, amount, timestamp) VALUES (?, ?, ?, ?, ?)",
);
const insertFailed = db.prepare(
  "INSERT INTO failed_events (event_hash, raw_data, error_message, error_type, failed_at) VALUES (?, ?, ?, ?, ?)",
);
const insertLog = db.prepare("INSERT INTO processing_log (event_hash, status, processed_at) VALUES (?, ?, ?)");

type Raw = Readonly<Record<string, unknown>>;

const names = {
  client: ["client", "clientId", "client_id", "source"],
  metric: ["metric", "metricType", "metric_type", "type"],
  amount: ["amount", "value", "total"],
  timestamp: ["timestamp", "time", "date", "ts"],
} as const;

const normalize = (raw: Raw) => {
  const read = (fact: keyof typeof names): unknown =>
    names[fact].map((name) => raw[name]).find((value) => value !== undefined && value !== null);
  const time = new Date(String(read("timestamp") ?? ""));
  return {
    client: String(read("client") ?? "").trim(),
    metric: String(read("metric") ?? "").trim(),
    amount: Number(read("amount") ?? Number.NaN),
    timestamp: Number.isNaN(time.getTime()) ? null : String(read("timestamp")),
  };
};

const problemOf = ({ client, metric, amount, timestamp }: ReturnType<typeof normalize>): string | null => {
  if (client === "") return "client is missing";
  if (metric === "") return "metric is missing";
  if (!Number.isFinite(amount) || amount <= 0) return "amount must be a positive number";
  return timestamp === null ? "timestamp is invalid" : null;
};

const store = db.transaction((hash: string, raw: Raw, event: ReturnType<typeof normalize>, mustFail: boolean) => {
  const now = new Date().toISOString();
  const { lastInsertRowid } = insertRaw.run(hash, JSON.stringify(raw), now);
  if (mustFail) throw new Error("simulated failure");
  insertNormalized.run(lastInsertRowid, event.client, event.metric, event.amount, event.timestamp);
  insertLog.run(hash, "processed", now);
  return { id: Number(lastInsertRowid), ...event };
});

const postEvent = (request: Request, response: Response): void => {
  const { simulateFailure, ...raw } = request.body as Raw;
  const event = normalize(raw);
  const hash = createHash("sha256").update(JSON.stringify(event)).digest("hex");
  const existing = findByHash.get(hash);
  if (existing !== undefined) {
    response.status(200).json({ status: "duplicate", hash, event: existing });
    return;
  }
  const problem = problemOf(event);
  if (problem !== null) {
    insertFailed.run(hash, JSON.stringify(raw), problem, "VALIDATION", new Date().toISOString());
    response.status(400).json({ status: "failed", hash, error: problem });
    return;
  }
  response.status(201).json({ status: "processed", hash, event: store(hash, raw, event, simulateFailure === true) });
};

const app = express();
app.use(express.json());
app.post("/api/events", postEvent);
app.get("/api/events", (_request, response) => {
  response.json(db.prepare("SELECT * FROM normalized_events ORDER BY id DESC LIMIT 100").all());
});
app.get("/api/aggregations", (_request, response) => {
  const scan = `SELECT client_id, metric, COUNT(*) AS count, SUM(amount) AS sum, AVG(amount) AS avg
    FROM normalized_events GROUP BY client_id, metric`;
  response.json(db.prepare(scan).all());
});
app.get("/api/stats", (_request, response) => {
  const scan = `SELECT (SELECT COUNT(*) FROM normalized_events) AS processed, (SELECT COUNT(*) FROM failed_events) AS failed,
    (SELECT COUNT(*) FROM raw_events) AS raw, (SELECT COUNT(*) FROM processing_log) AS logged`;
  response.json(db.prepare(scan).get());
});
const server = app.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  const pragma = (name: string): unknown => db.pragma(name, { simple: true });
  serveParent(
    { url: `http://localhost:${port}`, journalMode: pragma("journal_mode"), synchronous: pragma("synchronous") },
    () => null,
  );
});
