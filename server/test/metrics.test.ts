import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Format } from "../watch/exposition.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { type MetricFamily, type MetricSample, parseMetrics } from "./metrics-text.ts";
import { readExpression } from "./prom-ql.ts";
import { temporaryFolder } from "./temporary.ts";

const readDeployed = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), "utf8");
const HOSTILE = 'till "9" \\ {le="1"}';

let app: TestApp;

const readFamilies = async (format: Format = "TEXT"): Promise<readonly MetricFamily[]> => {
  const accept = format === "TEXT" ? "text/plain" : "application/openmetrics-text; version=1.0.0";
  const response = await fetch(`${app.url}/metrics`, { headers: { accept } });
  expect(response.headers.get("content-type")).toContain(accept.split(";", 1)[0]);
  return parseMetrics(await response.text(), format);
};

const samplesOf = (families: readonly MetricFamily[]) => families.flatMap(({ samples }) => samples);

beforeAll(async () => {
  app = await startApp({ WEBHOOKS: "any", BACKUP_DIR: temporaryFolder() });
  await app.ask(
    'mutation { createWebhookEndpoint(input: { name: "nobody", url: "http://127.0.0.1:9/", kinds: [EVENT_REJECTED], windowSeconds: 0 }) { secret } }',
  );
  for (const event of [sale(), sale(), "garbage", sale({ client: HOSTILE })]) await app.ingest(event);
  await app.ask('mutation Send { ingestEvent(input: { event: { client: "a" } }) { outcome } }');
  await app.post("{ activity(minutes: 0) { asOfSeq } }");
  await app.ask("{ aggregations { count } }");
  const isThere = (samples: readonly MetricSample[], text: object) =>
    samples.some(({ labels }) => Object.entries(text).every(([label, value]) => labels[label] === value));
  await vi.waitFor(
    async () => {
      const samples = samplesOf(await readFamilies());
      // An attempt, and the run that made it.
      expect(isThere(samples, { result: "failed" }) && isThere(samples, { kind: "webhook" })).toBe(true);
      // Memory is tidied up when there is something to tidy up.
      Array.from({ length: 100_000 }, (_, index) => ({ index }));
      expect(samples.some(({ name }) => name === "nodejs_gc_duration_seconds_sum")).toBe(true);
    },
    { timeout: 30_000 },
  );
});
afterAll(() => app.close());

test.each(["TEXT", "OPENMETRICS"] as const)(
  "every line of the metrics is as Prometheus wants it: %s",
  async (format) => {
    const families = await readFamilies(format);
    expect(families.length).toBeGreaterThan(50);
    const [rejected] = samplesOf(families).filter(
      ({ labels }) => labels.client === "" && labels.outcome === "REJECTED",
    );
    expect(rejected).toMatchObject({ name: "surecount_client_events_total", value: 1 });
    expect(samplesOf(families).find(({ labels }) => labels.client === HOSTILE)).toMatchObject({ value: 1 });
  },
);

test("both formats tell the same, and asking for one changes nothing in the other", async () => {
  const namesIn = async (format: Format) =>
    samplesOf(await readFamilies(format))
      .map(({ name }) => name)
      // Between two looks there may be the first collection of its kind.
      .filter((name) => !name.startsWith("nodejs_gc_"));
  const before = await namesIn("TEXT");
  expect(await namesIn("OPENMETRICS")).toEqual(before);
  expect(await namesIn("TEXT")).toEqual(before);
});

test("requests, writes, outcomes, errors and later work are counted where they happen", async () => {
  const samples = samplesOf(await readFamilies());
  const figureOf = (name: string, labels: object = {}) =>
    samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;
  expect(figureOf("surecount_write_duration_seconds_count")).toBe(5);
  expect(figureOf("surecount_lock_wait_seconds_count")).toBe(5);
  expect(figureOf("surecount_commit_events_sum")).toBe(5);
  expect(figureOf("surecount_client_events_total", { client: "kiosk", outcome: "DUPLICATE" })).toBe(1);
  expect(figureOf("surecount_operation_duration_seconds_count", { operation: "Send" })).toBe(1);
  expect(figureOf("surecount_errors_total", { code: "BAD_USER_INPUT" })).toBe(1);
  expect(
    figureOf("surecount_http_request_duration_seconds_count", { route: "/graphql", status: "200" }),
  ).toBeGreaterThan(5);
  expect(figureOf("surecount_ready")).toBe(1);
  expect(figureOf("surecount_waiting_events_limit")).toBe(20_000);
  expect(figureOf("surecount_build_info", { backend: "SQLITE" })).toBe(1);
});

/** Labels that only servers with PostgreSQL have samples of; and those that Prometheus adds. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  surecount_database_connections: ["purpose", "state"],
  surecount_database_connections_limit: ["purpose"],
  up: [],
};
const ADDED = ["instance", "job", "le", "quantile"];

const expectAnswered = async (expressions: readonly string[]): Promise<void> => {
  const families = await readFamilies();
  const samples = samplesOf(families);
  const known = new Set([
    ...families.map(({ name }) => name),
    ...samples.map(({ name }) => name),
    ...Object.keys(ELSEWHERE),
  ]);
  for (const expression of expressions) {
    const { metrics, labels } = readExpression(expression);
    expect(metrics.length, expression).toBeGreaterThan(0);
    for (const metric of metrics) expect(known, expression).toContain(metric);
    const has = (metric: string, label: string) =>
      ELSEWHERE[metric]?.includes(label) || samples.some(({ name, labels }) => name === metric && label in labels);
    for (const label of labels.filter((label) => !ADDED.includes(label)))
      expect(
        metrics.some((metric) => has(metric, label)),
        `${label} in ${expression}`,
      ).toBe(true);
  }
};

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

const dashboard = JSON.parse(readDeployed("grafana-dashboard.json")) as {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
  readonly panels: readonly Panel[];
};
const charts = dashboard.panels.filter(({ type }) => type !== "row");

test("the dashboard asks for what the metrics have, by labels that they have", async () => {
  await expectAnswered(
    charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll("$instance", ".*"))),
  );
});

test("Grafana can show the dashboard: ids are unique, no panels overlap, and the data source is a variable", () => {
  expect(dashboard).toMatchObject({ uid: "surecount", title: "Surecount", schemaVersion: expect.any(Number) });
  expect(dashboard.templating.list).toMatchObject([
    { name: "datasource", type: "datasource" },
    { name: "instance", type: "query" },
  ]);
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const taken = new Set<string>();
  for (const {
    title,
    gridPos: { x, y, w, h },
  } of dashboard.panels) {
    expect(x + w, title).toBeLessThanOrEqual(24);
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        expect(taken.has(`${column}/${row}`), title).toBe(false);
        taken.add(`${column}/${row}`);
      }
  }
  for (const { title, description = "", datasource, targets = [] } of charts) {
    expect([datasource?.uid, description.endsWith(".")], title).toEqual([`\${datasource}`, true]);
    expect(targets.length, title).toBeGreaterThan(0);
    expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    for (const target of targets) {
      expect(target.datasource.uid, title).toBe(`\${datasource}`);
      expect(target.expr, title).toContain('instance=~"$instance"');
    }
  }
});

/** What operators are told to monitor, and the panel that shows it. */
const MONITORED = {
  "write latency p50, p95, p99": "Write latency",
  "lock wait time": "Lock wait time",
  "connection pool usage": "Connection pool usage",
  "request latency": "Request latency",
  throughput: "Throughput by outcome",
  "error rate": "Error rate",
  CPU: "CPU",
  memory: "Memory",
  "disk I/O": "Disk I/O",
  "duplicate rate": "Duplicate rate",
  "validation failure rate": "Validation failure rate",
  "processing success rate": "Processing success rate",
  "queue depth": "Queue depth",
  "group-commit size": "Group-commit size",
  "latency by operation": "Operation latency p95",
  "errors by operation": "Operation errors",
  subscribers: "Subscribers",
  "feed lag": "Feed lag",
  "duplicates by client": "Duplicates by client",
  "conflicts by client": "Conflicts by client",
  "rejections by client": "Rejections by client",
  "cache hits": "Cache hits",
  "webhook attempts": "Webhook attempts",
  "webhook lag": "Webhook lag",
  "retry queue": "Retry queue",
  jobs: "Running jobs",
  "event-loop delay": "Event-loop delay",
  "garbage collection": "Garbage collection",
  "WAL and database size": "Database size",
  "free disk": "Free disk",
  "age of the newest backup": "Age of the newest backup",
};

test.each(Object.entries(MONITORED))("a panel shows %s", (_item, panel) => {
  expect(charts.map(({ title }) => title)).toContain(panel);
});

/** The rules, of which each line is of one of the shapes that are written here. */
const readAlerts = (text: string) => {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const value = '(\\w+|".*")';
  const shapes = [
    ...["groups:", ` {2}- name: ${value}`, " {4}rules:", ` {6}- (alert): ${value}`, ` {8}(expr|for): ${value}`],
    ...[" {8}(?:labels|annotations):", ` {10}(severity|summary|description): ${value}`],
  ];
  const shape = new RegExp(shapes.map((one) => `^${one}$`).join("|"));
  const rules: Record<string, string>[] = [];
  for (const line of lines) {
    const found = shape.exec(line);
    if (found === null) throw new Error(`This is not understood: ${line}`);
    const [name, text] = [found[2] ?? found[4] ?? found[6], found[3] ?? found[5] ?? found[7]];
    if (name === undefined || text === undefined) continue;
    if (name === "alert") rules.push({});
    Object.assign(rules.at(-1) ?? {}, { [name]: text.startsWith('"') ? JSON.parse(text) : text });
  }
  return rules;
};

test("the alerts ask for what the metrics have, by labels that they have, and say what to do", async () => {
  const rules = readAlerts(readDeployed("prometheus-alerts.yaml"));
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, expr = "", ...said } of rules)
    expect(said, alert).toEqual({
      for: expect.stringMatching(/^\d+[mh]$/),
      severity: expect.stringMatching(/^(critical|warning)$/),
      summary: expect.stringMatching(/\.$/),
      description: expect.stringMatching(/\.$/),
    });
  await expectAnswered(rules.map(({ expr = "" }) => expr));
});
