// The drill against real servers that share a PostgreSQL.
import { expect, test } from "vitest";
import { hasPostgres } from "../test/postgres.ts";
import { drill } from "./drilled.ts";

const timeout = 900_000;

test.runIf(hasPostgres)(
  "nothing is lost, counted twice or invented by servers that share a PostgreSQL, whichever of them and it are killed",
  { timeout },
  async () => {
    const { exitCode, text } = await drill("--seed 5 --cycles 6 --clients 8 --backend postgres --servers 2");
    expect(text).toContain("Nothing lost, nothing counted twice, nothing invented");
    expect(text).toMatch(/\d times PostgreSQL killed/);
    expect(exitCode).toBe(0);
  },
);
