// Verifies a whole database: everything stored is computed anew from what was sent and from the log, and compared. Reads
// one snapshot, changes nothing, and holds little more than the figures of the clients.
import type { Output } from "../progress.ts";
import { Unreadable, type VerifySource } from "../storage/verification.ts";
import { createProgress, type Progress } from "../transfer/progress.ts";
import { verifyActivity } from "./activity.ts";
import { type Checkpoint, createCheckpointCheck } from "./checkpoint.ts";
import { rowsOf } from "./cursor.ts";
import { verifyFailures } from "./failures.ts";
import { createFindings, type Finding, type Findings } from "./findings.ts";
import { createJobCheck } from "./jobs.ts";
import { verifyLog, type Walked } from "./log.ts";
import { createProfileCheck } from "./profiles.ts";
import { verifyRollups } from "./rollups.ts";
import { createTallies, type Tallies } from "./tallies.ts";

interface VerifyDeps {
  readonly source: VerifySource;
  /** What must still hold; null where nothing was written down. */
  readonly checkpoint: Checkpoint | null;
  /** Takes the progress. */
  readonly output: Output;
}

export interface VerifyReport {
  /** What the database itself was asked for. */
  readonly checkedFile: string;
  /** The first of what is wrong, and how much there is in all. */
  readonly findings: readonly Finding[];
  readonly count: number;
  /** What was gone through; null where that was not possible. */
  readonly walked: Walked | null;
  readonly rows: Readonly<Record<"failures" | "rollups" | "activity" | "profiles" | "jobs", number>>;
  readonly checkpoint: Checkpoint | null;
}

/** @throws whatever interrupts it that is no damage of the database. */
export const verifyDatabase = async ({ source, checkpoint, output }: VerifyDeps): Promise<VerifyReport> => {
  const findings = createFindings();
  const tallies = createTallies(findings);
  const checkedFile = await checkFile(source, findings);
  const progress = createProgress({ output, work: "verifying", total: await totalOf(source) });
  const rows = { failures: 0, rollups: 0, activity: 0, profiles: 0, jobs: 0 };
  let walked: Walked | null = null;
  const part = findings.part;
  const onRows = (table: string) => (count: number) => progress.add(count, table);
  try {
    await part("processing_log", async () => {
      walked = await walk({ source, checkpoint, findings, tallies, progress, rows });
    });
    await part("failed_events", async () => {
      rows.failures = await verifyFailures({ source, findings, tallies, onProgress: onRows("failed_events") });
    });
    await part("rollups", async () => {
      rows.rollups = await verifyRollups({ source, findings, tallies, onProgress: onRows("rollups") });
    });
    await part("counters", () => tallies.verifyCounters(source));
    await part("activity", async () => {
      rows.activity = await verifyActivity({ source, findings, tallies });
    });
    await part("log_head", () => verifyHead(source, findings, walked));
    if (walked !== null) tallies.verifyBooks(wholeOf(walked));
  } finally {
    progress.close();
  }
  return { checkedFile, findings: findings.first, count: findings.count, walked, rows, checkpoint };
};

const checkFile = async (source: VerifySource, findings: Findings): Promise<string> => {
  const { checked, faults } = await source.checkFile();
  for (const { table, what } of faults) findings.add(table, null, what);
  return checked;
};

/** The log, the failures and the events once more for the rollups. A damaged database may not even be able to say. */
const totalOf = async (source: VerifySource): Promise<number> => {
  try {
    const { entries, failures, events } = await source.sizes();
    return entries + failures + events;
  } catch (error) {
    if (error instanceof Unreadable) return 0;
    throw error;
  }
};

interface WalkDeps extends Omit<VerifyDeps, "output"> {
  readonly findings: Findings;
  readonly tallies: Tallies;
  readonly progress: Progress;
  readonly rows: { profiles: number; jobs: number };
}

/** The log, with everything of which an entry is told. */
const walk = async ({ source, checkpoint, findings, tallies, progress, rows }: WalkDeps): Promise<Walked> => {
  const profiles = createProfileCheck(await rowsOf(source.profiles()), findings);
  const jobs = createJobCheck(await rowsOf(source.jobs()), findings);
  const promised = checkpoint === null ? null : createCheckpointCheck(checkpoint, source, findings);
  const walked = await verifyLog({
    ...{ source, findings, tallies, findProfile: profiles.find },
    onEntry: (entry) => {
      promised?.addEntry(entry);
      profiles.addEntry(entry);
      jobs.addEntry(entry);
    },
    onProgress: (entries) => progress.add(entries, "processing_log"),
  });
  promised?.end(walked.lastSeq);
  [rows.profiles, rows.jobs] = [profiles.end(), jobs.end()];
  for await (const strays of source.strays())
    for (const { seq, event } of strays)
      findings.add("processing_log", `seq ${seq}`, `is about event ${event}, which is not there or another client's`);
  return walked;
};

/** Where the end of the log is a row of its own, all servers go on from it. */
const verifyHead = async (source: VerifySource, findings: Findings, walked: Walked | null): Promise<void> => {
  const stated = await source.statedHead();
  if (stated === null || walked === null) return;
  const place = ["log_head", null] as const;
  findings.compare(place, "seq", stated.seq, walked.lastSeq);
  // Where nothing came of a transaction, the time may have moved on alone.
  if (stated.atUs < walked.lastAtUs) findings.compare(place, "at", stated.atUs, walked.lastAtUs);
  findings.compare(place, "hash", stated.hash, walked.lastHash);
  findings.compare(place, "profiles_as_of", stated.profilesAsOf, walked.lastProfileSeq);
};

const wholeOf = ({ lastSeq, identities }: Walked) => ({ lastSeq, ...(identities === null ? {} : { identities }) });
