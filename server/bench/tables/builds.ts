// Two checkouts of the project against each other, in turns: whether a change made it faster.
import { fileURLToPath } from "node:url";
import { checkServer } from "../check.ts";
import type { LoadJob, LoadReport } from "../load/job.ts";
import { inTurns } from "../rounds.ts";
import { ratioCell, speedCells } from "../speed.ts";
import type { Check, Table } from "../table.ts";
import type { Workshop } from "../workshop.ts";

const LOADS: Readonly<Record<string, Partial<LoadJob>>> = {
  "single, 1 in flight": { target: "event", inFlight: 1 },
  "single, 64 in flight": { target: "event", inFlight: 64 },
  "single, 256 in flight": { target: "event", inFlight: 256 },
  "one WebSocket, 64 in flight": { target: "event", inFlight: 64, transport: "websocket" },
  "batches of 500, 4 in flight": { target: "events", inFlight: 4, eventsPerRequest: 500 },
};
const here = fileURLToPath(new URL("../../..", import.meta.url));

export const title = "the server of --server against that of --against";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const { options, progress } = workshop;
  const ours = await startBuild(workshop);
  const theirs = await startBuild(workshop, { projectDir: options.against ?? here });
  const levels = [];
  for (const [name, load] of Object.entries(LOADS)) {
    progress(name);
    const contestants = { ours: () => ours.loader.run(load), theirs: () => theirs.loader.run(load) };
    levels.push({ name, ...(await inTurns(options.rounds, contestants)) });
  }
  const checks = [...(await ours.check()), ...(await theirs.check())];
  return [{ name: "builds", title, columns, rows: levels.map(rowOf), notes: [], runs: levels, checks }];
};

const startBuild = async (
  { server: start, loader: startLoader }: Workshop,
  other: { readonly projectDir?: string } = {},
) => {
  const server = await start(other);
  const loader = await startLoader({ url: `${server.url}/graphql`, target: "event" });
  const check = (): Promise<readonly Check[]> => checkServer(server, loader.reports);
  return { loader, check };
};

const columns = ["load", "--server/s", "p50", "p99", "--against/s", "p50", "p99", "ratio"];

interface Level {
  readonly name: string;
  readonly ours: readonly LoadReport[];
  readonly theirs: readonly LoadReport[];
}

const rowOf = ({ name, ours, theirs }: Level): readonly string[] => [
  name,
  ...speedCells(ours),
  ...speedCells(theirs),
  ratioCell(ours, theirs),
];
