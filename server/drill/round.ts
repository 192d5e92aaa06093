// A round: one database from its making on, servers and clients around it, and crashes. Each cycle the clients send,
// something happens to a server, it starts again, the clients finish, and all that they know is compared.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../bench/program.ts";
import { createApi, type Reply } from "../demo/api.ts";
import { createLedger, type Ledger } from "../demo/ledger.ts";
import { createRandom, type Random } from "../demo/random.ts";
import { sendPlan } from "../demo/sender.ts";
import { createAccidents } from "./accidents.ts";
import { audit } from "./audit.ts";
import type { Backend, Scratch } from "./backend.ts";
import { type Balancer, createBalancer } from "./balancer.ts";
import { retryAllFailures } from "./repair.ts";
import { createScript } from "./script.ts";
import { createServer, type DrillServer } from "./server.ts";
import { startAll, strike } from "./strike.ts";
import { subscribe } from "./subscriber.ts";
import type { Tally } from "./tally.ts";

export interface Round {
  /** Everything that does not hold after one more cycle, in words. */
  cycle(): Promise<readonly string[]>;
  /** Ends all in order, and says what went wrong with that. */
  end(): Promise<readonly string[]>;
  /** Ends all at once. */
  abandon(): Promise<void>;
}

interface RoundDeps {
  readonly backend: Backend;
  readonly seed: number;
  /** Counted from 0. */
  readonly turn: number;
  readonly clients: number;
  readonly servers: number;
  readonly projectDir: string;
  /** A folder for this round, not there yet. */
  readonly folder: string;
  readonly tally: Tally;
}

const LOSS_CHANCE = 0.015;
const PATIENCE_MS = 60_000;
const RETRY_MS = 30;
const MAX_RETRY_MS = 400;
/** Who is not told of all, besides one who is. */
const FILTERING_SUBSCRIBERS = 2;

/** Makes the database, kills servers over it, and connects the subscribers. @throws Error where a server does not start. */
export const startRound = async (deps: RoundDeps): Promise<Round> => {
  // Every other, because such a disk is in memory and syncs at once.
  const scratch = await deps.backend.createScratch(`database-${deps.turn}`, { mayGetFull: deps.turn % 2 === 0 });
  const servers = await createServers(deps, scratch);
  try {
    return await begin(deps, scratch, servers);
  } catch (error) {
    await killAll(servers);
    scratch.remove();
    throw error;
  }
};

const begin = async (deps: RoundDeps, scratch: Scratch, servers: readonly DrillServer[]): Promise<Round> => {
  const { backend, clients, seed, turn, tally } = deps;
  const roundSeed = seed * 65_537 + turn;
  const random = createRandom(roundSeed);
  const accidents = createAccidents({ random, backend: backend.kind, servers: servers.length });
  await startAll(servers, accidents.first(), tally);

  const balancer = await createLossyBalancer(servers, createRandom(roundSeed + 1), tally);
  const url = `http://127.0.0.1:${balancer.port}`;
  const script = createScript({ seed: roundSeed, clients, name: `${seed}-${turn}` });
  const filtered = script.lanes.slice(0, FILTERING_SUBSCRIBERS).map(({ client }) => client);
  const subscribers = await Promise.all([null, ...filtered].map((client) => subscribe(url, client)));
  const ledger = createLedger();
  const api = createApi(`${url}/graphql`);
  // Asked without losses.
  const inquiry = createApi(`${servers[0]?.url}/graphql`);

  const send = async (): Promise<readonly string[]> => {
    try {
      await sendPlan(script, { api, ledger, patienceMs: PATIENCE_MS, waitMs: impatientWaitMs });
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  };

  const cycle = async (): Promise<readonly string[]> => {
    script.next();
    const before = answersIn(ledger);
    const sending = Promise.all([send(), retryAllFailures(inquiry, PATIENCE_MS)]);
    const requests = (): number => ledger.counts.requests;
    const accident = accidents.next();
    const struck = await strike({ accident, servers, sending, requests, backend, disk: scratch.disk, tally });
    const given = (await sending).flat();
    tally.answers += answersIn(ledger) - before;
    if (struck.length + given.length > 0) return [...struck, ...given, ...ledger.differences];
    await Promise.all(servers.map((server) => server.ready()));
    return audit({ api: inquiry, ledger, script, subscribers });
  };

  const close = async (): Promise<void> => {
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    await balancer.close();
    scratch.remove();
  };

  return {
    cycle,
    end: async () => {
      const stopped = Promise.all(servers.map((server) => server.stop()));
      const [exitCodes] = await Promise.all([stopped, stopped.then(close)]);
      return exitCodes.flatMap((code) => (code === 0 ? [] : [`A server that was asked to end did so with ${code}.`]));
    },
    abandon: async () => {
      await killAll(servers);
      await close();
    },
  };
};

const killAll = async (servers: readonly DrillServer[]): Promise<void> => {
  await Promise.all(servers.map((server) => server.kill().catch(() => undefined)));
};

const createLossyBalancer = (servers: readonly DrillServer[], random: Random, tally: Tally): Promise<Balancer> => {
  const isLost = (): boolean => {
    const isNow = random.chance(LOSS_CHANCE);
    if (isNow) tally.cuts += 1;
    return isNow;
  };
  const ports = servers.map(({ port }) => port);
  return createBalancer(ports, { isLost });
};

const createServers = async (
  { backend, servers, projectDir, folder }: RoundDeps,
  { database, disk }: Scratch,
): Promise<readonly DrillServer[]> =>
  Promise.all(
    Array.from({ length: servers }, async (_, index) => {
      const own = join(folder, `server-${index}`);
      mkdirSync(own, { recursive: true });
      const port = Number(await freePort());
      return createServer({
        ...{ projectDir, backend: backend.kind, port, folder: own, database, fullFile: disk?.fullFile ?? null },
      });
    }),
  );

const answersIn = ({ counts }: Ledger): number =>
  counts.ACCEPTED + counts.DUPLICATE + counts.CONFLICT + counts.REJECTED;

/** Sooner than a server asks for: who comes back into the middle of its start finds more. */
const impatientWaitMs = (_reply: Reply, attempts: number): number =>
  Math.min(RETRY_MS * 2 ** (attempts - 1), MAX_RETRY_MS);
