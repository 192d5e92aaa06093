// What someone might take instead: PostGraphile on PostgreSQL and Directus on SQLite, with their own defaults, against
// Surecount. A peer that cannot be had on this machine stays in the table, with the reason.
import { checkAnswers, checkServer } from "../check.ts";
import type { LoadReport } from "../load/job.ts";
import type { TargetName } from "../load/target.ts";
import { startDirectus } from "../peers/directus.ts";
import type { Peer } from "../peers/peer.ts";
import { startPostGraphile } from "../peers/postgraphile.ts";
import { inTurns } from "../rounds.ts";
import { ratioCell, speedCells } from "../speed.ts";
import type { Check, Table } from "../table.ts";
import type { Loader, Workshop } from "../workshop.ts";

export const title = "PostGraphile and Directus: single insert mutations, 64 in flight; installs them";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const server = await workshop.server();
  const ours = await workshop.loader({ url: `${server.url}/graphql`, target: "event" });
  const starters = {
    postgraphile: () => startPostGraphile(),
    directus: () => startDirectus(workshop.file("directus.db")),
  } as const;
  const measured: Measured[] = [];
  for (const target of ["postgraphile", "directus"] as const) {
    workshop.progress(`${target}: installing, where need be, and starting`);
    measured.push(await measure({ workshop, ours, target, start: starters[target] }));
  }
  const checks = [...(await checkServer(server, ours.reports)), ...measured.flatMap((peer) => peer.checks)];
  return [{ name: "peers", title, columns, rows: measured.flatMap(rowsOf), notes, runs: measured, checks }];
};

interface Measured {
  readonly name: string;
  readonly ours: readonly LoadReport[];
  readonly theirs: readonly LoadReport[];
  readonly durability: string;
  readonly checks: readonly Check[];
}

interface Measuring {
  readonly workshop: Workshop;
  readonly ours: Loader;
  readonly target: TargetName;
  readonly start: () => Promise<Peer>;
}

const measure = async ({ workshop, ours, target, start }: Measuring): Promise<Measured> => {
  const none = { ours: [], theirs: [], checks: [] };
  let peer: Peer | null = null;
  try {
    peer = await start();
    const loader = await workshop.loader({ url: peer.url, token: peer.token, target });
    const runs = await inTurns(workshop.options.rounds, { ours: () => ours.run({}), theirs: () => loader.run({}) });
    const accepted = loader.reports.reduce((sum, { acknowledged }) => sum + acknowledged.accepted, 0);
    const rows = { what: `${peer.name}: rows`, expected: accepted, actual: await peer.stored() };
    const { name, durability } = peer;
    return { name, durability, ...runs, checks: [...checkAnswers(name, loader.reports), rows] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name: target, durability: `NOT MEASURED: ${reason}`, ...none };
  } finally {
    await peer?.stop();
  }
};

const columns = [
  "server",
  "mutations/s",
  "p50",
  "p99",
  "Surecount beside it/s",
  "its p50",
  "its p99",
  "ratio",
  "durability",
];

const rowsOf = ({ name, ours, theirs, durability }: Measured): readonly (readonly string[])[] => [
  [name, ...speedCells(theirs), ...speedCells(ours), ratioCell(ours, theirs), durability],
];

const notes = [
  "Both peers insert a row into a table of their own and answer with its id and amount; Surecount does all that it does.",
  "They are installed into the system's folder for temporary files and stay there: surecount-bench-peers.",
];
