// The drill against the real server.
import { expect, test } from "vitest";
import { hasPostgres } from "../test/postgres.ts";
import { temporaryFolder } from "../test/temporary.ts";
import { drill } from "./drilled.ts";
import { type BackendKind, pointNames, pointOf } from "./points.ts";

const timeout = 900_000;

const meaningsOn = (backend: BackendKind): readonly string[] =>
  pointNames.map(pointOf).flatMap((point) => (point[backend] === undefined ? [] : [point.meaning]));

test("nothing is lost, counted twice or invented, wherever the server is killed", { timeout }, async () => {
  const { exitCode, text } = await drill("--seed 20260131 --cycles 16 --clients 8");
  expect(text).toContain("Nothing lost, nothing counted twice, nothing invented");
  for (const meaning of meaningsOn("sqlite")) expect(text).toMatch(new RegExp(`Killed: .*\\d ${meaning}`));
  expect(text).toMatch(/\d times the disk full/);
  expect(exitCode).toBe(0);
});

test.runIf(hasPostgres)(
  "the same holds for servers that share a PostgreSQL, whichever of them and it are killed",
  { timeout },
  async () => {
    const { exitCode, text } = await drill("--seed 5 --cycles 6 --clients 8 --backend postgres --servers 2");
    expect(text).toContain("Nothing lost, nothing counted twice, nothing invented");
    expect(text).toMatch(/\d times PostgreSQL killed/);
    expect(exitCode).toBe(0);
  },
);

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

test("the seed comes first, with the command that repeats the drill, and what is wrong comes last", async () => {
  const { exitCode, text } = await drill("--seed 7 --cycles 1 --clients 1", temporaryFolder());
  expect(exitCode).toBe(1);
  expect(text.split("\n")[0]).toBe(
    "Seed 7. To repeat: npm run drill -- --seed 7 --cycles 1 --clients 1 --backend sqlite --servers 1",
  );
  expect(text).toContain("A server did not start, and ended with exit code 1: ");
});

test("help is a text and a wrong option is one line", async () => {
  expect(await drill("--help")).toMatchObject({ exitCode: 0, text: expect.stringContaining("--cycles N") });
  expect(await drill("--bogus")).toEqual({
    ...{ exitCode: 2, text: "Unknown option '--bogus'. Use --help to see the options.\n" },
  });
});
