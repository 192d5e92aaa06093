// Mutations over one WebSocket, with real ingestion, against graphql-ws as its documentation shows it doing nothing.
import { checkServer } from "../check.ts";
import type { LoadReport } from "../load/job.ts";
import { inTurns } from "../rounds.ts";
import { ratioCell, speedCells } from "../speed.ts";
import type { Table } from "../table.ts";
import type { Workshop } from "../workshop.ts";

export const title = "ingestEvent mutations over one WebSocket, 64 in flight, new events";

export const run = async ({ server: startOurs, child, loader, options }: Workshop): Promise<readonly Table[]> => {
  const server = await startOurs();
  const small = await child("peers/graphql-ws.ts", "small");
  const same = await child("peers/graphql-ws.ts", "same");
  const transport = "websocket";
  const ours = await loader({ url: `${server.url}/graphql`, target: "event", transport });
  const noop = await loader({ url: `${small.ready.url}/graphql`, target: "noop", transport });
  const sameDocument = await loader({ url: `${same.ready.url}/graphql`, target: "event", transport });
  const runs = await inTurns(options.rounds, {
    ours: () => ours.run({}),
    noop: () => noop.run({}),
    sameDocument: () => sameDocument.run({}),
  });
  const rows = [
    rowOf("Surecount, every event stored", runs.ours, runs.ours),
    rowOf("graphql-ws, no-op, smallest document", runs.noop, runs.ours),
    rowOf("graphql-ws, no-op, our document and answer", runs.sameDocument, runs.ours),
  ];
  return [{ name: "socket", title, columns, rows, notes, runs, checks: await checkServer(server, ours.reports) }];
};

const columns = ["server", "mutations/s", "p50", "p99", "Surecount against it"];

const rowOf = (name: string, reports: readonly LoadReport[], ours: readonly LoadReport[]): readonly string[] => [
  name,
  ...speedCells(reports),
  ratioCell(ours, reports),
];

const notes = ["graphql-ws parses, validates and executes each operation anew; its mutations store nothing."];
