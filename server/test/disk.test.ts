// What a bad disk does to a server that runs, and what the server then does to its callers.
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { canMount, createSmallDisk, hasStrace, inject } from "./disk.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const DISK_FAILED = 3;
const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome receipt { seq } } }
}`;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly outcomes: readonly string[];
}

let servers: ServerProcess[] = [];
const start = async (DATABASE_URL: string): Promise<ServerProcess> => {
  const server = await startProcess({ DATABASE_URL, PORT: await freePort(), LOG_LEVEL: "info" });
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers) await server.kill();
  servers = [];
});

const post = async ({ url }: ServerProcess, query: string, variables = {}): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
  });

/** Sends the events with these numbers in one batch. */
const send = async (server: ServerProcess, numbers: readonly number[], text = ""): Promise<Answer> => {
  const events = numbers.map((amount) => ({
    event: { client: "kiosk", metric: "sale", amount: amount + 1, timestamp: "2026-01-31T12:00:00Z", text },
  }));
  const response = await post(server, INGEST, { events });
  const { data, errors } = await response.json();
  return {
    ...{ status: response.status, retryAfter: response.headers.get("retry-after") },
    ...{ code: errors?.[0].extensions.code, message: errors?.[0].message },
    outcomes: data?.ingestEvents?.results.map(({ outcome }: { outcome: string }) => outcome) ?? [],
  };
};

const statusOf = async ({ url }: ServerProcess, path: string): Promise<number> => (await fetch(`${url}${path}`)).status;

const expectReading = async (server: ServerProcess): Promise<void> => {
  expect((await (await post(server, "{ books { balanced } }")).json()).data).toEqual({ books: { balanced: true } });
  for (const path of ["/", "/healthz", "/metrics"]) expect([path, await statusOf(server, path)]).toEqual([path, 200]);
};

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const REFUSED = { status: 503, code: "UNAVAILABLE", outcomes: [] };
const messagesOf = (server: ServerProcess, ...levels: readonly string[]) =>
  server.log().flatMap(({ level, msg }) => (levels.includes(level) ? [msg] : []));

describe.runIf(canMount)("a full disk", () => {
  test("refuses events and is not ready, goes on reading, and takes events again when there is space", async () => {
    const disk = createSmallDisk(16_777_216);
    const server = await start(disk.file);
    expect((await send(server, range(0, 10))).outcomes).toEqual(Array(10).fill("ACCEPTED"));
    disk.fill();
    // What has room in the log of transactions may still be written; soon nothing has.
    let next = 10;
    await expect
      .poll(async () => {
        const answer = await send(server, range(next, next + 500), "x".repeat(2_000));
        if (answer.status === 200) next += 500;
        return answer;
      })
      .toMatchObject({ ...REFUSED, retryAfter: "5" });
    expect((await send(server, range(next, next + 500), "x".repeat(2_000))).message).toContain("Nothing was written");
    for (let time = 0; time < 5; time++) expect(await statusOf(server, "/readyz")).toBe(503);
    await expectReading(server);
    disk.free();
    await expect.poll(() => statusOf(server, "/readyz")).toBe(200);
    const again = await send(server, range(next, next + 500), "x".repeat(2_000));
    expect(again.outcomes).toEqual(Array(500).fill("ACCEPTED"));
    expect(messagesOf(server, "error", "fatal", "info").filter((msg) => msg.includes("written"))).toEqual([
      "events cannot be written",
      "events can be written again",
    ]);
    expect(await server.stop()).toBe(0);
  });
});

describe.runIf(hasStrace)("a disk that does not do what it is told", () => {
  /** Sends one event after the other until the server refuses, and notes the numbers of those that it acknowledged. */
  const sendUntilRefused = async (server: ServerProcess, acknowledged: number[]) => {
    for (let number = 0; ; number++) {
      const answer = await send(server, [number]);
      if (answer.status !== 200) return { refused: number, answer };
      acknowledged.push(number);
    }
  };

  test.each([["fsync:error=EIO", "fdatasync:error=EIO"], ["pwrite64:error=EIO"]])(
    "where it fails (%s) the server acknowledges nothing more and ends, and what it acknowledged is there",
    async (...faults) => {
      const file = temporaryFile("surecount.db");
      const server = await start(file);
      const acknowledged: number[] = [];
      const sending = sendUntilRefused(server, acknowledged);
      await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
      await inject(server.child.pid as number, ...faults);
      const { refused, answer } = await sending;
      expect(answer).toMatchObject({ ...REFUSED, message: expect.stringContaining("not known") });
      await expect.poll(() => server.child.exitCode, { timeout: 10_000 }).toBe(DISK_FAILED);
      expect(server.log().filter(({ level }) => level === "fatal")).toMatchObject([
        { msg: expect.stringContaining("disk"), err: { code: expect.stringMatching(/^SQLITE_IOERR_/) } },
      ]);
      const successor = await start(file);
      expect((await send(successor, acknowledged.slice(-1_000))).outcomes).toEqual(
        acknowledged.slice(-1_000).map(() => "DUPLICATE"),
      );
      const [outcome] = (await send(successor, [refused])).outcomes;
      expect(["ACCEPTED", "DUPLICATE"]).toContain(outcome);
      await expectReading(successor);
    },
  );

  test.each(["ENOSPC", "EDQUOT"])("where it has no room for a write (%s) only that is refused", async (code) => {
    const server = await start(temporaryFile("surecount.db"));
    expect((await send(server, [0])).outcomes).toEqual(["ACCEPTED"]);
    const fault = await inject(server.child.pid as number, `pwrite64:error=${code}`);
    expect(await send(server, [1])).toMatchObject({ ...REFUSED, message: expect.stringContaining("full") });
    expect(await statusOf(server, "/readyz")).toBe(503);
    await expectReading(server);
    await fault.end();
    expect((await send(server, [1])).outcomes).toEqual(["ACCEPTED"]);
    expect(await statusOf(server, "/readyz")).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
