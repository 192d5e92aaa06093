// Traffic as it is: three of ten events come again, one of ten cannot be read. Single events against the reference
// design, batches against batches of new events only.
import { checkServer } from "../check.ts";
import { allNew } from "../events.ts";
import type { LoadReport } from "../load/job.ts";
import { checkReference } from "../peers/reference-check.ts";
import { inTurns } from "../rounds.ts";
import { rateCell, ratioCell, speedCells } from "../speed.ts";
import type { Table } from "../table.ts";
import type { Workshop } from "../workshop.ts";

const MIX = { duplicates: 0.3, rejected: 0.1 };

export const title = "30 % duplicates and 10 % rejections";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const singles = await runSingles(workshop);
  const batches = await runBatches(workshop);
  const rows = [
    rowOf({ load: "single events, 64 in flight", against: "reference, same mix", ...singles.runs }),
    rowOf({ load: "batches of 500, 4 in flight", against: "Surecount, new events only", ...batches.runs }),
  ];
  const runs = { singles: singles.runs, batches: batches.runs };
  return [{ name: "mix", title, columns, rows, notes, runs, checks: [...singles.checks, ...batches.checks] }];
};

const runSingles = async ({ server: startOurs, child, file, loader, options }: Workshop) => {
  const server = await startOurs();
  const referenceFile = file("reference.db");
  const reference = await child("peers/reference.ts", referenceFile);
  const ours = await loader({ url: `${server.url}/graphql`, target: "event", mix: MIX });
  const theirs = await loader({ url: `${reference.ready.url}/api/events`, target: "reference", mix: MIX });
  const runs = await inTurns(options.rounds, { ours: () => ours.run({}), other: () => theirs.run({}) });
  const checks = [...(await checkServer(server, ours.reports)), ...checkReference(referenceFile, theirs.reports)];
  return { runs, checks };
};

const runBatches = async ({ server: startOurs, loader, options }: Workshop) => {
  const server = await startOurs();
  const batches = { url: `${server.url}/graphql`, target: "events", inFlight: 4, eventsPerRequest: 500 } as const;
  const ours = await loader(batches);
  const runs = await inTurns(options.rounds, {
    ours: () => ours.run({ mix: MIX }),
    other: () => ours.run({ mix: allNew }),
  });
  return { runs, checks: await checkServer(server, ours.reports) };
};

const columns = ["load", "events/s", "p50", "p99", "against", "its events/s", "ratio"];

interface Row {
  readonly load: string;
  readonly against: string;
  readonly ours: readonly LoadReport[];
  readonly other: readonly LoadReport[];
}

const rowOf = ({ load, against, ours, other }: Row): readonly string[] => [
  load,
  ...speedCells(ours),
  against,
  rateCell(other),
  ratioCell(ours, other),
];

const notes = ["Each duplicate is one of the last 4,096 new events, byte by byte; each rejected event is another."];
