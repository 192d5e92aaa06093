// Verifies a file that is to be relied on: only what is wholly as it should be is kept as a backup, or put in place.
import { BackupRefused } from "../storage/backup.ts";
import type { VerifySource } from "../storage/verification.ts";
import { verifyLines } from "../verify/report.ts";
import { verifyDatabase } from "../verify/verify.ts";
import type { Steps, Verified } from "./report.ts";

/** Of what is wrong; verify shows more. */
const MAX_LINES = 10;

/** @throws BackupRefused with what is wrong, and whatever else the opening throws. */
export const verifyFile = async (openSource: () => Promise<VerifySource>, steps: Steps): Promise<Verified> => {
  steps.begin("verifying");
  const source = await openSource();
  try {
    const report = await verifyDatabase({ source, checkpoint: null, output: steps.output });
    const { databaseId } = source;
    const lines = verifyLines(report, 0);
    if (report.count > 0) throw new BackupRefused([...lines.slice(0, MAX_LINES - 1), lines.at(-1)].join("\n"));
    return { databaseId, lastSeq: report.walked?.lastSeq ?? 0, lastHash: report.walked?.lastHash ?? null };
  } finally {
    await source.close();
  }
};
