// The tests of the API once more, with PostgreSQL below it instead of SQLite. Each file is a group of its own: what it
// starts before each of its tests is not started before those of the others.
import { describe } from "vitest";
import { databases } from "./app.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";

databases.create = createDatabase;

describe.runIf(hasPostgres)("on PostgreSQL", () => {
  describe("over HTTP", async () => {
    await import("./http.test.ts");
  });
  describe("over WebSocket", async () => {
    await import("./websocket.test.ts");
  });
  describe("by either way", async () => {
    await import("./ways.test.ts");
  });
  describe("with files", async () => {
    await import("./transfer.test.ts");
  });
  describe("to repair", async () => {
    await import("./repair.test.ts");
  });
});
