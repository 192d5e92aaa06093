// Backups under load: servers take events while backups are made of their database, one after the other. Each is restored
// into a database of its own, verified, and served, and whatever was acknowledged before the backup was begun is sent to
// that server again: it must know all of it.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../bench/program.ts";
import { createApi } from "../demo/api.ts";
import { readFigures } from "../demo/figures.ts";
import { createLedger, type Ledger } from "../demo/ledger.ts";
import { sendPlan } from "../demo/sender.ts";
import { audit } from "./audit.ts";
import type { Backend } from "./backend.ts";
import { createBalancer } from "./balancer.ts";
import { run } from "./command.ts";
import { createMemory, type Memory, sendAgain } from "./remembered.ts";
import { createScript, type Script } from "./script.ts";
import { createServer, type DrillServer } from "./server.ts";

/** After so many a new database is made, so that no backup takes long, however many there are. */
const BACKUPS_PER_ROUND = 5;
const PATIENCE_MS = 60_000;
const WAIT_MS = 5;

/** What has happened so far. */
export interface BackupTally {
  backups: number;
  /** Events that were acknowledged before a backup was begun, and asked of what was restored from it. */
  asked: number;
  /** Events that were acknowledged while backups were made. */
  meanwhile: number;
  /** How long making them has taken, in all. */
  seconds: number;
}

export const createBackupTally = (): BackupTally => ({ backups: 0, asked: 0, meanwhile: 0, seconds: 0 });

interface BackupsDeps {
  readonly backups: number;
  readonly clients: number;
  readonly servers: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly projectDir: string;
  /** A folder that is empty. */
  readonly folder: string;
  readonly tally: BackupTally;
  /** Called when one more is through. */
  readonly onBackup: () => void;
}

/** Everything that does not hold, in words. Stops there: what comes after would only repeat it. */
export const drillBackups = async (deps: BackupsDeps): Promise<readonly string[]> => {
  for (let done = 0, turn = 0; done < deps.backups; done += BACKUPS_PER_ROUND, turn += 1) {
    const wrong = await runRound(deps, { turn, backups: Math.min(BACKUPS_PER_ROUND, deps.backups - done) });
    if (wrong.length > 0) return wrong;
  }
  return [];
};

const runRound = async (
  deps: BackupsDeps,
  { turn, backups }: { readonly turn: number; readonly backups: number },
): Promise<readonly string[]> => {
  const { backend, clients, seed, servers: count } = deps;
  const source = await backend.createScratch(`source-${turn}`);
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => startServer(deps, `server-${turn}-${index}`, source.database)),
  );
  const balancer = await createBalancer(servers.map(({ port }) => port));
  const memory = createMemory(createApi(`http://127.0.0.1:${balancer.port}/graphql`));
  const roundSeed = seed * 65_537 + turn;
  const load = startLoad(memory, createScript({ seed: roundSeed, clients, name: `${seed}-${turn}` }));
  try {
    for (let index = 0; index < backups; index += 1) {
      const proof = { name: `${turn}-${index}`, database: source.database, memory };
      const proving = untilMore(memory).then(() => backUpAndProve(deps, proof));
      const wrong = await Promise.race([proving, load.broken]);
      if (wrong.length > 0) return wrong;
      deps.onBackup();
    }
    return await load.end();
  } finally {
    load.stop();
    await Promise.all(servers.map((server) => server.kill()));
    await balancer.close();
    source.remove();
  }
};

const startServer = async (
  { backend, projectDir, folder: home }: BackupsDeps,
  name: string,
  database: string,
): Promise<DrillServer> => {
  const folder = join(home, name);
  mkdirSync(folder);
  const port = Number(await freePort());
  const server = createServer({ projectDir, backend: backend.kind, port, folder, database, fullFile: null });
  const death = await server.start();
  if (death !== null) throw new Error(`A server did not start, and ended with ${death.ending}: ${death.output}`);
  return server;
};

/** Resolves when more was acknowledged than now, so that there is something to be remembered. */
const untilMore = async ({ acknowledged }: Memory): Promise<void> => {
  const now = acknowledged().length;
  while (acknowledged().length <= now) await delay(WAIT_MS);
};

interface Load {
  /** Resolves with what went wrong, as soon as something does. */
  readonly broken: Promise<readonly string[]>;
  /** Lets the clients finish, and compares all that they know. Everything that does not hold, in words. */
  end(): Promise<readonly string[]>;
  stop(): void;
}

/** Clients that send for as long as they are let. */
const startLoad = ({ api }: Memory, script: Script): Load => {
  const ledger: Ledger = createLedger();
  let isOver = false;
  const sending = (async (): Promise<readonly string[]> => {
    while (!isOver && ledger.differences.length === 0) {
      script.next();
      await sendPlan(script, { api, ledger, patienceMs: PATIENCE_MS, waitMs: () => WAIT_MS });
    }
    return ledger.differences;
  })().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  return {
    broken: sending.then((wrong) => (wrong.length > 0 ? wrong : new Promise<never>(() => undefined))),
    stop: () => {
      isOver = true;
    },
    end: async () => {
      isOver = true;
      const wrong = await sending;
      return wrong.length > 0 ? wrong : audit({ api, ledger, script, subscribers: [] });
    },
  };
};

interface Proof {
  readonly name: string;
  /** Of what the backup is made. */
  readonly database: string;
  readonly memory: Memory;
}

/** Everything that does not hold of one backup, in words. */
const backUpAndProve = async (deps: BackupsDeps, { name, database, memory }: Proof): Promise<readonly string[]> => {
  const { backend, projectDir, folder, tally } = deps;
  const file = join(folder, `backup-${name}.db`);
  const before = memory.acknowledged();
  const startedAt = performance.now();
  const unmade = await run({ projectDir, database, args: ["backup", file] });
  if (unmade.length > 0) return unmade;
  tally.seconds += (performance.now() - startedAt) / 1000;
  tally.meanwhile += memory.acknowledged().length - before.length;
  const restored = await backend.createScratch(`restored-${name}`);
  try {
    const unfit = [
      ...(await run({ projectDir, database: restored.database, args: ["restore", file] })),
      ...(await run({ projectDir, database: restored.database, args: ["verify"] })),
    ];
    if (unfit.length > 0) return unfit;
    const forgotten = await askAgain(deps, { name, database: restored.database, acknowledged: before });
    tally.backups += 1;
    tally.asked += before.length;
    return forgotten.map((text) => `The backup ${name}, restored: ${text}`);
  } finally {
    restored.remove();
    rmSync(file, { force: true });
  }
};

const askAgain = async (
  deps: BackupsDeps,
  {
    name,
    database,
    acknowledged,
  }: Pick<Proof, "name" | "database"> & { acknowledged: ReturnType<Memory["acknowledged"]> },
): Promise<readonly string[]> => {
  const server = await startServer(deps, `restored-server-${name}`, database);
  try {
    const api = createApi(`${server.url}/graphql`);
    const differences = await sendAgain({ api, acknowledged, patienceMs: PATIENCE_MS });
    const { imbalances } = await readFigures(api, { clients: [], prefix: "drill-" });
    return [...differences, ...imbalances];
  } finally {
    await server.kill();
  }
};
