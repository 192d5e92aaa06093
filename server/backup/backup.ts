// Makes a backup: one snapshot of the database as one file, at a pace that those who are served meanwhile do not notice.
// The file has its name only when it was verified whole and is on disk; whatever interrupts it leaves nothing under it.
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { BackupSource } from "../storage/backup.ts";
import type { VerifySource } from "../storage/verification.ts";
import { verifyFile } from "./check.ts";
import { createUnfinished, discard, expectNew, expectSpace, finish } from "./files.ts";
import { createPace } from "./pace.ts";
import type { BackupReport, Steps } from "./report.ts";

interface BackupDeps {
  /** Where it goes; there must be nothing yet. */
  readonly file: string;
  /** Opens the snapshot. */
  readonly openSource: () => Promise<BackupSource>;
  /** Opens a file to verify it. */
  readonly openVerify: (file: string) => Promise<VerifySource>;
  readonly bytesPerSecond: number;
  /** Called when the snapshot has ended, and with it all haste. */
  readonly onCopied?: () => void;
  readonly steps: Steps;
}

/** @throws BackupRefused where that cannot be, and whatever interrupts it. */
export const makeBackup = async (deps: BackupDeps): Promise<BackupReport> => {
  const { file, openVerify, onCopied, steps } = deps;
  const startedAtMs = performance.now();
  expectNew(file);
  const unfinished = await writeUnfinished(deps);
  onCopied?.();
  try {
    const verified = await verifyFile(() => openVerify(unfinished), steps);
    finish(unfinished, file);
    steps.end();
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return { file, sizeBytes: statSync(file).size, ...verified, seconds };
  } finally {
    discard(unfinished);
  }
};

/** The snapshot ends with it: as long as there is one, the database can tidy up nothing. */
const writeUnfinished = async ({ file, openSource, bytesPerSecond, steps }: BackupDeps): Promise<string> => {
  const source = await openSource();
  try {
    expectSpace(dirname(file), source.sizeBytes);
    const unfinished = createUnfinished(file);
    steps.begin("copying", source.sizeBytes);
    try {
      await source.writeTo(unfinished, createPace({ bytesPerSecond, onBytes: steps.add }));
      return unfinished;
    } catch (error) {
      discard(unfinished);
      throw error;
    }
  } finally {
    await source.close();
  }
};
