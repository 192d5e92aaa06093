// The order in which a server speaks to the system: no acknowledgement may leave it before what it acknowledges is
// synced. A crash of the process cannot show that, since what was written survives it; strace can.
import { freePort } from "../bench/program.ts";
import { traceProcess } from "../bench/strace.ts";
import { type Api, createApi } from "../demo/api.ts";
import { type Item, single } from "../demo/delivery.ts";
import { createDraft } from "../demo/draft.ts";
import { createRandom } from "../demo/random.ts";
import type { Backend } from "./backend.ts";
import { createServer, type DrillServer } from "./server.ts";

export interface SyncReport {
  /** How many events were acknowledged. */
  readonly acknowledged: number;
  /** What came too early, in words. */
  readonly wrong: readonly string[];
}

const EVENTS = 40;
const DAY = Date.UTC(2025, 0, 31);
const CALLS = "trace=pwrite64,pwritev,fsync,fdatasync,write,writev,sendto,sendmsg";

interface ObserveDeps {
  readonly backend: Backend;
  readonly projectDir: string;
  readonly folder: string;
  readonly seed: number;
  /** Loaded before the server's code. */
  readonly preloads?: readonly string[];
}

/**
 * Sends events alone to a server of its own, one after the other, and watches it. Null where strace is missing or may
 * not look. @throws Error where an event is not accepted.
 */
export const observeSyncs = async ({ backend, folder, seed, ...deps }: ObserveDeps): Promise<SyncReport | null> => {
  const { database, remove } = await backend.createScratch("watched");
  const port = Number(await freePort());
  const server = createServer({ ...deps, backend: backend.kind, port, folder, database, fullFile: null });
  try {
    const death = await server.start();
    if (death !== null) throw new Error(`The server to watch did not start: ${death.output}`);
    return await watchAnswers(server, createApi(`${server.url}/graphql`), seed);
  } finally {
    await server.stop();
    remove();
  }
};

const watchAnswers = async (server: DrillServer, api: Api, seed: number): Promise<SyncReport | null> => {
  const draft = createDraft({ random: createRandom(seed), client: "drill-watched", today: DAY, quota: EVENTS });
  const trace = await traceProcess(server.pid, "-y", "-s", "32", "-e", CALLS);
  if (trace === null) return null;
  for (const sale of draft.newSales(EVENTS)) await sendAlone(api, draft.plain(sale, ["ACCEPTED"]));
  const report = readSyncs(await trace.end());
  const unseen = EVENTS - report.acknowledged;
  return unseen === 0 ? report : { ...report, wrong: [...report.wrong, `${unseen} answers were not seen.`] };
};

const sendAlone = async (api: Api, item: Item): Promise<void> => {
  const reply = await api.send(single(item));
  if (reply.kind !== "answered" || reply.answers[0]?.outcome !== "ACCEPTED")
    throw new Error("An event that was sent alone was not accepted.");
};

// A call that takes a while is in two lines, of which only the second has the result:
//   [pid 7] fsync(27</data/surecount.db-wal> <unfinished ...>
//   [pid 7] <... fsync resumed>)            = 0
const WAL_WRITE = /\bpwritev?(?:64)?\(\d+<[^>]*-wal>/;
const WAL_SYNC = /^(?:\[pid +(\d+)\] )?f(?:data)?sync\(\d+<[^>]*-wal>(?:\) += (-?\d+)| <unfinished)/;
const SYNC_END = /^(?:\[pid +(\d+)\] )?<\.\.\. f(?:data)?sync resumed>.*= (-?\d+)/;
const ANSWER = /\b(?:write|writev|sendto|sendmsg)\(\d+<[^>]*>, .*"HTTP\/1\.1 200/;

/** Reads what strace has written, line by line: between two answers something must be written, and then synced. */
export const readSyncs = (output: string): SyncReport => {
  const wrong: string[] = [];
  const syncing = new Set<string>();
  let acknowledged = 0;
  let state: "nothing written" | "written but not synced" | "synced" = "nothing written";
  for (const line of output.split("\n")) {
    const [, begins = "", result] = WAL_SYNC.exec(line) ?? [];
    const [, ends = "", lateResult] = SYNC_END.exec(line) ?? [];
    if (WAL_WRITE.test(line)) state = "written but not synced";
    else if (WAL_SYNC.test(line) && result === undefined) syncing.add(begins);
    else if (result === "0" || (lateResult === "0" && syncing.delete(ends))) {
      if (state === "written but not synced") state = "synced";
    } else if (ANSWER.test(line)) {
      acknowledged += 1;
      if (state !== "synced") wrong.push(`Event ${acknowledged} was acknowledged with ${state}.`);
      state = "nothing written";
    }
  }
  return { acknowledged, wrong };
};
