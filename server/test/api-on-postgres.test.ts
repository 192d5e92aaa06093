// The tests of the API once more, with PostgreSQL below it instead of SQLite.
import { describe } from "vitest";
import { databases } from "./app.ts";
import { createDatabase, hasPostgres } from "./postgres.ts";

databases.create = createDatabase;

describe.runIf(hasPostgres)("on PostgreSQL", async () => {
  await import("./http.test.ts");
  await import("./websocket.test.ts");
  await import("./ways.test.ts");
  await import("./repair.test.ts");
});
