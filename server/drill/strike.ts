// Lets an accident happen: waits until the server kills itself or kills it from outside, and starts it again.
import { setTimeout as delay } from "node:timers/promises";
import type { Accident } from "./accidents.ts";
import type { Backend } from "./backend.ts";
import type { Disk } from "./disk.ts";
import type { Shot } from "./points.ts";
import type { DrillServer } from "./server.ts";
import type { Tally } from "./tally.ts";

interface StrikeDeps {
  readonly accident: Accident;
  readonly servers: readonly DrillServer[];
  /** Resolves when the clients have been answered: then there is nothing to wait for any more. */
  readonly sending: Promise<unknown>;
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
  const { accident, servers, sending, backend, disk, tally } = deps;
  const server = servers[accident.server];
  if (server === undefined) throw new Error("There is no such server.");
  if (accident.shot !== null) server.aim(accident.shot);
  const filling = fillFor(accident, disk, tally);
  const moment = accident.shot === null ? delay(accident.afterMs) : null;
  await Promise.race([server.death, sending, ...(moment === null ? [] : [moment])]);
  const [death] = await Promise.all([server.kill(), crashDatabase(accident, backend, tally)]);
  await filling;
  if (!death.isKill) return [`A server ended by itself: ${death.output}`];
  tally.killed(death);
  return startAgain(server, accident.restart, tally);
};

/** The disk is never full while a server starts: it would rightly refuse to. */
const fillFor = async ({ full }: Accident, disk: Disk | null, tally: Tally): Promise<void> => {
  if (full === null || disk === null) return;
  await delay(full.afterMs);
  disk.fill();
  tally.fulls += 1;
  await delay(full.lastsMs);
  disk.empty();
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
  if (!death.isKill) return [`A server did not start: ${death.output}`];
  if (death.point === null) return [`A server did not become ready: ${death.output}`];
  tally.killed(death);
  return startAgain(server, null, tally);
};
