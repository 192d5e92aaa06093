// Where drizzle-kit finds the PostgreSQL tables and writes their migrations.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: ["tables", "rollup-tables", "webhook-tables"].map((name) => `./server/storage/postgres/${name}.ts`),
  out: "./drizzle/postgres",
});
