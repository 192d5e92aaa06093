// The drill of backups against real servers.
import { expect, test } from "vitest";
import { hasPostgres } from "../test/postgres.ts";
import { drill } from "./drilled.ts";

const timeout = 900_000;
const backends = ["sqlite", ...(hasPostgres ? ["postgres"] : [])];

test.each(backends)(
  "backups under load know all that was acknowledged before they were begun: %s",
  {
    timeout,
  },
  async (backend) => {
    const { exitCode, text } = await drill(`--seed 1 --backups 2 --clients 4 --backend ${backend}`);
    expect(text).toMatch(/\n2 backups, all restored, verified and served, and none has forgotten anything: [1-9]/);
    expect(text).toMatch(/s each, [1-9][\d,]* more events were answered\.\n$/);
    expect(exitCode).toBe(0);
  },
);
