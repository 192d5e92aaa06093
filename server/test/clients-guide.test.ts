// The clients of the guide, run as they stand there against a real server, through a network that loses requests and
// answers: every event is counted once, and every entry is read once.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Balancer, createBalancer } from "../drill/balancer.ts";
import { sale, startApp, type TestApp } from "./app.ts";
import { examplesIn, pageOf } from "./guides.ts";
import { temporaryFolder } from "./temporary.ts";

const guide = pageOf("docs/clients.md");
const hasPython = (() => {
  try {
    execFileSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 9)"], { stdio: "ignore" });
    return true;
  } catch {
    console.log("SKIPPED: there is no python3 of 3.9 or newer, so the clients in Python are not run.");
    return false;
  }
})();

const languages = [
  { language: "ts", command: [process.execPath], module: "surecount.ts", follower: "follow.ts" },
  { language: "python", command: ["python3", "-u"], module: "surecount.py", follower: "follow.py" },
] as const;
type Language = (typeof languages)[number];

/** The nth program of the guide in that language. */
const programOf = ({ language }: Language, nth: 0 | 1 | 2 | 3): string => examplesIn(guide, language)[nth] ?? "";

/** A folder with the modules of the guide, and `program` beside them. */
const install = (kit: Language, url: string, program: string): string => {
  const folder = temporaryFolder();
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, kit.module), programOf(kit, 0));
  writeFileSync(join(folder, kit.follower), programOf(kit, 2));
  const file = join(folder, `main.${kit.language === "ts" ? "ts" : "py"}`);
  writeFileSync(file, program.replaceAll("//localhost:3000", `//${new URL(url).host}`));
  return file;
};

const drivers = {
  ts: `import { send } from "./surecount.ts";
const events = JSON.parse(process.argv[2]);
const results = [];
for (let at = 0; at < events.length; at += 7) results.push(...(await send(events.slice(at, at + 7), { url: "http://localhost:3000/graphql" })));
console.log(JSON.stringify(results.map(({ outcome }) => outcome)));`,
  python: `import json, sys
from surecount import send
events = json.loads(sys.argv[1])
results = []
for at in range(0, len(events), 7):
    results += send(events[at : at + 7], "http://localhost:3000/graphql")
print(json.dumps([result["outcome"] for result in results]))`,
};

let app: TestApp;
let network: Balancer;
/** Which pieces of what passes are lost. */
let isLost: (piece: Buffer) => boolean = () => false;
const unreliableUrl = (): string => `http://127.0.0.1:${network.port}`;

beforeAll(async () => {
  app = await startApp();
  network = await createBalancer([Number(new URL(app.url).port)], { isLost: (piece) => isLost(piece) });
});
afterAll(async () => {
  await network.close();
  await app.close();
});

const run = async (kit: Language, file: string, ...args: readonly string[]): Promise<string> => {
  const [program = "", ...flags] = kit.command;
  const { stdout } = await promisify(execFile)(program, [...flags, file, ...args]);
  return stdout;
};

describe.each(languages)("the client in $language", { timeout: 120_000 }, (kit) => {
  const isHere = kit.language === "ts" || hasPython;

  test.runIf(isHere)("gives what the guide says that it gives", async () => {
    const fresh = await startApp();
    const [said] = guide.slice(guide.indexOf(programOf(kit, 1))).match(/(?<=```\n\n```\n)[^`]*/) ?? [];
    expect(await run(kit, install(kit, fresh.url, programOf(kit, 1)))).toBe(said);
    await fresh.close();
  });

  test.runIf(isHere)("has each event counted once, though every other answer and many a request is lost", async () => {
    const client = `sender-${kit.language}`;
    const events = Array.from({ length: 70 }, (_, index) => ({
      idempotencyKey: `order-${index % 60}`,
      event: sale({ client, amount: index % 60 === 59 ? "1,200" : "12.50" }),
    }));
    let [requests, answers] = [0, 0];
    isLost = (piece) => (piece.subarray(0, 5).toString() === "HTTP/" ? answers++ % 2 === 0 : requests++ % 5 === 4);
    const output = await run(kit, install(kit, unreliableUrl(), drivers[kit.language]), JSON.stringify(events));
    isLost = () => false;
    const outcomes: readonly string[] = JSON.parse(output);
    // Ten batches, each of which was answered twice at least.
    expect(answers).toBeGreaterThanOrEqual(20);
    expect(outcomes).toHaveLength(70);
    expect(outcomes.filter((outcome) => outcome === "REJECTED")).toHaveLength(1);
    // Who was not told that an event is counted is told so by a duplicate.
    expect(outcomes.slice(0, 59).every((outcome) => /^(ACCEPTED|DUPLICATE)$/.test(outcome))).toBe(true);
    const { aggregations, books } = await app.ask(
      `{ aggregations(filter: { clients: ["${client}"] }) { count sum } books { balanced } }`,
    );
    expect([aggregations, books.balanced]).toEqual([[{ count: 59, sum: "737.5" }], true]);
  });

  test.runIf(isHere)("comes back when it is told, and gives up where a retry would not help", async () => {
    const driver = {
      ts: `import { send } from "./surecount.ts";
try { await send([{ event: {}, idempotencyKey: "" }], { url: "http://localhost:3000/graphql" }); } catch (error) { console.log(error.code); }`,
      python: `from surecount import Refused, send
try:
    send([{"event": {}, "idempotencyKey": ""}], "http://localhost:3000/graphql")
except Refused as error:
    print(error.code)`,
    }[kit.language];
    expect(await run(kit, install(kit, app.url, driver))).toBe("BAD_USER_INPUT\n");

    const limited = await startApp({ RATE_LIMIT_PER_MINUTE: "60" });
    const batch = Array.from({ length: 63 }, (_, index) => ({ event: sale(), idempotencyKey: `${index}` }));
    const startedAt = performance.now();
    expect(JSON.parse(await run(kit, install(kit, limited.url, drivers[kit.language]), JSON.stringify(batch)))).toEqual(
      batch.map(() => "ACCEPTED"),
    );
    // 60 at once, and one more with each second.
    expect(performance.now() - startedAt).toBeGreaterThan(2_500);
    await limited.close();
  });

  test.runIf(isHere)("follows the log through broken connections, with no entry missing or twice", async () => {
    const driver = {
      ts: `import { follow } from "./follow.ts";
for await (const { entries } of follow({ url: "ws://localhost:3000/graphql", after: null })) console.log(JSON.stringify(entries));`,
      python: `import json
from follow import follow
for batch in follow("http://localhost:3000/graphql"):
    print(json.dumps(batch["entries"]))`,
    }[kit.language];
    const follower = startFollower(kit, install(kit, unreliableUrl(), driver));
    // It has begun when it has heard of something.
    await expect.poll(() => follower.lines(), { timeout: 30_000 }).toBeGreaterThan(0);
    const sent: number[] = [];
    for (let index = 0; index < 12; index++) {
      const { receipt } = await app.ingest(sale({ client: `followed-${kit.language}-${index}` }));
      sent.push(receipt.seq);
      if (index % 4 === 3) network.cut();
    }
    await expect.poll(() => follower.seqs(), { timeout: 30_000 }).toEqual(sent);
    follower.child.kill();
  });
});

const startFollower = (kit: Language, file: string) => {
  const [program = "", ...flags] = kit.command;
  const child: ChildProcess = spawn(program, [...flags, file], { stdio: ["ignore", "pipe", "inherit"] });
  const batches: { readonly seq: number }[][] = [];
  if (child.stdout !== null) createInterface(child.stdout).on("line", (line) => batches.push(JSON.parse(line)));
  return { child, lines: () => batches.length, seqs: () => batches.flat().map(({ seq }) => seq) };
};
