import { afterEach } from "vitest";
import { temporaryFile } from "../../test/temporary.ts";
import { describeStorage } from "../storage.contract.ts";
import { createSqliteStorage } from "./storage.ts";

let file = temporaryFile("surecount.db");
afterEach(() => {
  file = temporaryFile("surecount.db");
});

describeStorage("SQLite", async (now) => createSqliteStorage({ file, now }));
