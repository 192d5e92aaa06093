// Lets an accident happen: waits until the server kills itself or kills it from outside, and starts it again.
import { setTimeout as delay } from "node:timers/promises";
import type { Accident } from "./accidents.ts";
import type { Backend } from "./backend.ts";
import type { Disk } from "./disk.ts";
import type { Shot } from "./points.ts";
import type { Death, DrillServer } from "./server.ts";
import type { Tally } from "./tally.ts";

const POLL_MS = 2;

interface StrikeDeps {
  readonly accident: Accident;
  readonly servers: readonly DrillServer[];
  /** Resolves when the clients have been answered: then there is nothing to wait for any more. */
  readonly sending: Promise<unknown>;
  /** How many requests have been sent. */
  readonly requests: () => number;
  readonly backend: Backend;
  readonly disk: Disk | null;
  readonly tally: Tally;
}

/** Starts servers on a new database; the shot may kill each of them over it. @throws Error where one does not start. */
export const startAll = async (servers: readonly DrillServer[], shot: Shot, tally: Tally): Promise<void> => {
  const started = servers.map((server) => startAgain(server, shot, tally));
  const complaints = (await Promise.all(started)).flat();
  if (complaints.length > 0) throw new Error(complaints.join(" "));
};

/** What went wrong with it, in words. */
export const strike = async (deps: StrikeDeps): Promise<readonly string[]> => {
  const { accident, servers, backend, disk, tally } = deps;
  const server = servers[accident.server];
  if (server === undefined) throw new Error("There is no such server.");
  await untilStruck(deps, server);
  const [death] = await Promise.all([server.kill(), crashDatabase(accident, backend, tally)]);
  // It would rightly refuse to start on a full disk.
  disk?.empty();
  if (!death.isKill) return [`A server ended by itself, with ${describeDeath(death)}`];
  tally.killed(death);
  return startAgain(server, accident.restart, tally);
};

/** Resolves when it has killed itself, when it is to be killed from outside, or when there is nothing more to wait for. */
const untilStruck = async (
  { accident, sending, requests, disk, tally }: StrikeDeps,
  server: DrillServer,
): Promise<void> => {
  const { shot, full, afterRequests } = accident;
  let isOver = false;
  const over = sending.then(() => {
    isOver = true;
  });
  const after = async (count: number): Promise<void> => {
    for (const aim = requests() + count; requests() < aim && !isOver; ) await delay(POLL_MS);
  };
  if (full !== null && disk !== null) {
    await after(full.afterRequests);
    disk.fill();
    tally.fulls += 1;
    await after(full.lastsRequests);
  }
  // From outside also while the disk is full.
  if (shot === null) return after(afterRequests);
  disk?.empty();
  server.aim(shot);
  await Promise.race([server.death, over]);
};

const crashDatabase = async ({ withDatabase }: Accident, backend: Backend, tally: Tally): Promise<void> => {
  if (!withDatabase) return;
  await backend.crash();
  tally.crashes += 1;
};

/** Starts it, once more where the shot kills it. What went wrong, in words. */
const startAgain = async (server: DrillServer, shot: Shot | null, tally: Tally): Promise<readonly string[]> => {
  if (shot !== null) server.aim(shot);
  const death = await server.start();
  if (death === null) return [];
  if (death.point === null) return [`A server did not start, and ended with ${describeDeath(death)}`];
  tally.killed(death);
  return startAgain(server, null, tally);
};

const describeDeath = ({ ending, output }: Death): string => `${ending}: ${output.trim() || "it said nothing"}`;
