// Where drizzle-kit finds the PostgreSQL tables and writes their migrations.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./server/storage/postgres/tables.ts",
  out: "./drizzle/postgres",
});
