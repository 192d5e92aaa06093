// Single mutations over HTTP, by how many are under way: against the reference design, with Yoga's no-op beside.
import { checkServer } from "../check.ts";
import type { LoadReport } from "../load/job.ts";
import { checkReference } from "../peers/reference-check.ts";
import { inTurns } from "../rounds.ts";
import { rateCell, ratioCell, speedCells } from "../speed.ts";
import type { Table } from "../table.ts";
import type { Loader, Workshop } from "../workshop.ts";

const IN_FLIGHT = [1, 16, 64, 256] as const;

export const title = "single ingestEvent mutations over HTTP, new events";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const { server, loaders, referenceFile } = await start(workshop);
  const levels = [];
  for (const inFlight of IN_FLIGHT) {
    workshop.progress(`${inFlight} in flight`);
    const { ours, reference, noop } = loaders;
    const runs = await inTurns(workshop.options.rounds, {
      ours: () => ours.run({ inFlight }),
      reference: () => reference.run({ inFlight }),
      noop: () => noop.run({ inFlight }),
    });
    levels.push({ inFlight, ...runs });
  }
  const checks = [
    ...(await checkServer(server, loaders.ours.reports)),
    ...checkReference(referenceFile, loaders.reference.reports),
  ];
  return [{ name: "singles", title, columns, rows: levels.map(rowOf), notes, runs: levels, checks }];
};

const start = async ({ server: startOurs, child, file, loader }: Workshop) => {
  const server = await startOurs();
  const referenceFile = file("reference.db");
  const reference = await child("peers/reference.ts", referenceFile);
  const noop = await child("peers/noop.ts");
  const loaders: Readonly<Record<"ours" | "reference" | "noop", Loader>> = {
    ours: await loader({ url: `${server.url}/graphql`, target: "event" }),
    reference: await loader({ url: `${reference.ready.url}/api/events`, target: "reference" }),
    noop: await loader({ url: `${noop.ready.url}/graphql`, target: "noop" }),
  };
  return { server, loaders, referenceFile };
};

const columns = [
  ...["in flight", "events/s", "p50", "p99"],
  ...["reference/s", "its p50", "its p99", "ratio", "Yoga no-op/s"],
];

interface Level extends Readonly<Record<"ours" | "reference" | "noop", readonly LoadReport[]>> {
  readonly inFlight: number;
}

const rowOf = ({ inFlight, ours, reference, noop }: Level): readonly string[] => [
  String(inFlight),
  ...speedCells(ours),
  ...speedCells(reference),
  ratioCell(ours, reference),
  rateCell(noop),
];

const notes = [
  "reference: Express and better-sqlite3, one durable transaction for each event, on the main thread.",
  "Yoga no-op: Yoga with its defaults and a mutation that stores nothing, for orientation.",
];
