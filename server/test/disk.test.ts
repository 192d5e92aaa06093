// What a bad disk does to a server that runs, and what the server then does to its callers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../bench/program.ts";
import { hasStrace } from "../bench/strace.ts";
import { startApp } from "./app.ts";
import { canMount, createSmallDisk, inject } from "./disk.ts";
import { type ServerProcess, startProcess } from "./process.ts";
import { temporaryFile } from "./temporary.ts";

const DISK_FAILED = 3;
/** For what a busy machine may take. */
const timeout = 30_000;
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

type Addressed = Pick<ServerProcess, "url">;

const post = async ({ url }: Addressed, query: string, variables = {}): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
  });

/** Sends the events with these numbers in one batch. */
const send = async (server: Addressed, numbers: readonly number[], text = ""): Promise<Answer> => {
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
      .poll(
        async () => {
          const answer = await send(server, range(next, next + 500), "x".repeat(2_000));
          if (answer.status === 200) next += 500;
          return answer;
        },
        { timeout },
      )
      .toMatchObject({ ...REFUSED, retryAfter: "5" });
    expect((await send(server, range(next, next + 500), "x".repeat(2_000))).message).toContain("Nothing was written");
    for (let time = 0; time < 5; time++) expect(await statusOf(server, "/readyz")).toBe(503);
    await expectReading(server);
    disk.free();
    await expect.poll(() => statusOf(server, "/readyz"), { timeout }).toBe(200);
    const again = await send(server, range(next, next + 500), "x".repeat(2_000));
    expect(again.outcomes).toEqual(Array(500).fill("ACCEPTED"));
    expect(await server.stop()).toBe(0);
    expect(messagesOf(server, "error", "fatal", "info").filter((msg) => msg.includes("written"))).toEqual([
      "events cannot be written",
      "events can be written again",
    ]);
  });
});

describe.runIf(hasStrace())("a disk that does not do what it is told", () => {
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
      await expect.poll(() => acknowledged.length, { timeout }).toBeGreaterThan(20);
      await inject(server.child.pid as number, ...faults);
      const { refused, answer } = await sending;
      expect(answer).toMatchObject({ ...REFUSED, message: expect.stringContaining("not known") });
      await expect.poll(() => server.child.exitCode, { timeout }).toBe(DISK_FAILED);
      await server.stop();
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

describe("a file that somebody lays hands on while the server runs", () => {
  const prepare = async () => {
    const file = temporaryFile("surecount.db");
    const first = await startApp({ DATABASE_URL: file });
    expect((await send(first, range(0, 100), "x".repeat(500))).outcomes).toEqual(Array(100).fill("ACCEPTED"));
    await first.close();
    return { file, server: await start(file) };
  };
  const expectStopped = async (server: ServerProcess, reason: string): Promise<void> => {
    expect(await send(server, [1_000])).toMatchObject({
      ...{ ...REFUSED, retryAfter: "60" },
      message: expect.stringContaining(reason),
    });
    const readiness = await fetch(`${server.url}/readyz`);
    expect([readiness.status, await readiness.text()]).toEqual([503, expect.stringContaining(reason)]);
    expect(await statusOf(server, "/healthz")).toBe(200);
    expect(server.child.exitCode).toBe(null);
    expect(await server.stop()).toBe(0);
    expect(messagesOf(server, "fatal")).toEqual([expect.stringContaining(reason)]);
  };

  test.each<[string, (file: string) => void]>([
    ["deletes", (file) => rmSync(file)],
    [
      "replaces",
      (file) => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
    ["empties", (file) => truncateSync(file)],
    ["takes the log from", (file) => rmSync(`${file}-wal`)],
    ["takes the lock from", (file) => rmSync(`${file}-lock`)],
  ])(
    "acknowledges nothing from then on where somebody %s it, says so once and goes on reading",
    async (_what, change) => {
      const { file, server } = await prepare();
      expect((await send(server, [100])).outcomes).toEqual(["ACCEPTED"]);
      change(file);
      expect(await send(server, [101])).toMatchObject(REFUSED);
      const left = statSync(file, { throwIfNoEntry: false })?.size;
      if (left !== 0) await expectReading(server);
      await expectStopped(server, "removed, replaced or cut short");
      // Nor does its end make up for anything.
      expect(statSync(file, { throwIfNoEntry: false })?.size).toBe(left);
    },
  );

  test("stops writing where it meets damage, even in a question, and says so once", async () => {
    const { file, server } = await prepare();
    const descriptor = openSync(file, "r+");
    for (let page = 2; page * 4_096 < statSync(file).size; page++)
      writeSync(descriptor, Buffer.alloc(4_096, 0xff), 0, 4_096, page * 4_096);
    closeSync(descriptor);
    for (let time = 0; time < 3; time++) {
      const { errors } = await (await post(server, "{ books { balanced } }")).json();
      expect(errors[0].extensions.code).toBe("UNAVAILABLE");
    }
    await expectStopped(server, "damaged");
  });
});

describe("a database that another process has locked", () => {
  const lock = async (file: string): Promise<() => Promise<void>> => {
    const code = `const db = new (require("better-sqlite3"))(process.argv[1]); db.exec("begin immediate"); console.log("locked"); process.stdin.resume();`;
    const holder = spawn(process.execPath, ["-e", code, file], { stdio: ["pipe", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    return async () => {
      holder.kill();
      await once(holder, "exit");
    };
  };

  test("refuses everything that waits for it, answers all else, and writes again when it is free", async () => {
    const file = temporaryFile("surecount.db");
    const server = await start(file);
    expect((await send(server, [0])).outcomes).toEqual(["ACCEPTED"]);
    const release = await lock(file);
    let isOver = false;
    let alive = 0;
    const asking = (async () => {
      for (; !isOver; alive++) expect(await statusOf(server, "/healthz")).toBe(200);
    })();
    const refused = Promise.all(range(1, 30).map((number) => send(server, [number])));
    // Each waits in the writer's thread, before and behind the events.
    const unready = Promise.all(range(0, 10).map(() => statusOf(server, "/readyz")));
    await expectReading(server);
    for (const answer of await refused) expect(answer).toMatchObject({ ...REFUSED, retryAfter: "1" });
    expect(new Set(await unready)).toEqual(new Set([503]));
    isOver = true;
    await asking;
    expect(alive).toBeGreaterThan(20);
    await release();
    expect((await send(server, range(0, 30))).outcomes).toEqual(["DUPLICATE", ...Array(29).fill("ACCEPTED")]);
    expect(await server.stop()).toBe(0);
    expect(messagesOf(server, "error", "fatal")).toEqual(["events cannot be written"]);
  });

  test("lets the server start, and does not keep it from its end", async () => {
    const file = temporaryFile("surecount.db");
    expect(await (await start(file)).stop()).toBe(0);
    const release = await lock(file);
    const starting = start(file);
    // Ready it can only be when it can write.
    await expect
      .poll(() => existsSync(`${file}-owner`) && JSON.parse(readFileSync(`${file}-owner`, "utf8")).databaseId, {
        timeout,
      })
      .toMatch(/^[0-9a-f]{12}$/);
    await release();
    const server = await starting;
    const again = await lock(file);
    expect((await send(server, [0])).code).toBe("UNAVAILABLE");
    expect(await server.stop()).toBe(0);
    await again();
  });
});
