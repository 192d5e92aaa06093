import { expect, test } from "vitest";
import { describeDatabase, readConfig, settingsTable } from "./config.ts";

test("without any setting the server is small and local", () => {
  expect(readConfig({})).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    database: { kind: "sqlite", file: "data/surecount.db" },
    faultInjection: "on",
    retentionDays: null,
    archiveFolder: "data/archive",
  });
});

test("what was sent is kept for ever, or for so many days", () => {
  expect(readConfig({ RETENTION_DAYS: "off" }).retentionDays).toBe(null);
  expect(readConfig({ RETENTION_DAYS: "90" }).retentionDays).toBe(90);
});

test.each([
  ["PORT", "http"],
  ["PORT", "70000"],
  ["PORT", ""],
  ["PORT", "3000.5"],
  ["HOST", ""],
  ["DATABASE_URL", "postgres://localhost"],
  ["DATABASE_URL", "postgresql:surecount"],
  ["READ_DATABASE_URL", "data/surecount.db"],
  ["READ_DATABASE_URL", "postgres://localhost/surecount"],
  ["DATABASE_CONNECTIONS", "2"],
  ["MAX_WAITING_BYTES", "1048576"],
  ["TOKEN_RATE_LIMIT_PER_MINUTE", "0"],
  ["ALLOWED_OPERATIONS", ""],
  ["PARTITION_LENGTH", "year"],
  ["DATABASE_URL", "mysql://localhost"],
  ["DATABASE_URL", ""],
  ["DATABASE_URL", ":memory:"],
  ["LOG_LEVEL", "loud"],
  ["FAULT_INJECTION", "yes"],
  ["ALLOWED_HOSTS", "a b"],
  ["DATABASE_URL", "file:x.db?mode=ro"],
  ["FEED_HEARTBEAT_MS", "1"],
  ["RETENTION_DAYS", "0"],
  ["RETENTION_DAYS", "1.5"],
  ["RETENTION_DAYS", "100000"],
])("%s=%j stops the start with one line that names it", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name}="[^\n]* cannot be used: it [^\n]+\\.$`));
});

test.each([
  ["file:data/x.db", "data/x.db"],
  ["file:///tmp/x.db", "/tmp/x.db"],
  ["/tmp/x.db", "/tmp/x.db"],
])("DATABASE_URL=%s is the file %s", (value, file) => {
  expect(readConfig({ DATABASE_URL: value }).database).toEqual({ kind: "sqlite", file });
});

test.each([
  "postgres://localhost/surecount",
  "postgresql://u:p@first:5432,second:5433/surecount?sslmode=require",
  "postgres://u@/surecount?host=/var/run/postgresql",
])("DATABASE_URL=%s is a PostgreSQL database", (url) => {
  expect(readConfig({ DATABASE_URL: url }).database).toEqual({ kind: "postgres", url });
});

test("a password is never repeated", () => {
  for (const url of [
    "postgres://u:secret@host",
    "postgres://u:sec@ret@host",
    "postgres://u@corp:secret@host",
    "postgres://u:secret",
    "postgres:u:secret@host/name",
    "postgres:/u:secret@host/name",
    "mysql://u:secret@host/name?password=secret",
  ])
    expect(() => readConfig({ DATABASE_URL: url })).toThrow(/^(?!.*(secret|ret@)).*$/);
  expect(describeDatabase({ kind: "postgres", url: "postgres://u:secret@host/name?password=secret" })).toBe(
    "postgres://u:***@host/name?password=***",
  );
  expect(describeDatabase({ kind: "postgres", url: "postgres://u@corp:secret@host/name" })).toBe(
    "postgres://u@corp:***@host/name",
  );
  for (const url of ["postgres://first:1,second:2/name", "postgres://u@[::1]:5432/name?sslmode=require"])
    expect(describeDatabase({ kind: "postgres", url })).toBe(url);
});

test("the table names every setting that is read", () => {
  for (const name of [
    "PORT",
    "HOST",
    "DATABASE_URL",
    "LOG_LEVEL",
    "FAULT_INJECTION",
    "FEED_HEARTBEAT_MS",
    "MAX_BODY_BYTES",
    "MAX_WAITING_EVENTS",
    "RETENTION_DAYS",
  ])
    expect(settingsTable().map(([known]) => known)).toContain(name);
});
