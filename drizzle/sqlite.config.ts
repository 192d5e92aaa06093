// Where drizzle-kit finds the SQLite tables and writes their migrations.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: ["tables", "rollup-tables", "webhook-tables"].map((name) => `./server/storage/sqlite/${name}.ts`),
  out: "./drizzle/sqlite",
});
