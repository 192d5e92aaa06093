// Where drizzle-kit finds the SQLite tables and writes their migrations.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./server/storage/sqlite/tables.ts",
  out: "./drizzle/sqlite",
});
