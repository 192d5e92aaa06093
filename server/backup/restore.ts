// Restores a backup: into a SQLite file, where it is put in place only when it was verified whole there, or into an empty
// PostgreSQL database, whose rows are compared with it and then verified.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { BackupRefused } from "../storage/backup.ts";
import type { VerifySource } from "../storage/verification.ts";
import { verifyFile } from "./check.ts";
import type { BackupReport, Steps } from "./report.ts";

export interface RestoreReport extends BackupReport {
  /** The name that what was there has now; null where nothing was. */
  readonly replaced: string | null;
}

interface Place {
  readonly staged: string;
  stage(backup: string): Promise<void>;
  take(databaseId: string): string | null;
  close(): void;
}

interface FileDeps {
  /** The backup. */
  readonly file: string;
  readonly openPlace: () => Place;
  /** Opens a file to verify it. */
  readonly openVerify: (file: string) => Promise<VerifySource>;
  readonly steps: Steps;
}

/** @throws BackupRefused where that cannot be, and whatever interrupts it: what was there is still there then. */
export const restoreIntoFile = async ({ file, openPlace, openVerify, steps }: FileDeps): Promise<RestoreReport> => {
  const startedAtMs = performance.now();
  const sizeBytes = expectBackup(file);
  const place = openPlace();
  try {
    steps.begin("copying", sizeBytes);
    await place.stage(file);
    const verified = await verifyFile(() => openVerify(place.staged), steps);
    const replaced = place.take(verified.databaseId);
    steps.end();
    return { file, sizeBytes, ...verified, seconds: (performance.now() - startedAtMs) / 1_000, replaced };
  } finally {
    place.close();
  }
};

interface RowsDeps {
  readonly file: string;
  readonly openVerify: (file: string) => Promise<VerifySource>;
  /** Copies all rows and compares them. False where they differ. */
  readonly copy: () => Promise<boolean>;
  /** Opens what they were copied to. */
  readonly openTarget: () => Promise<VerifySource>;
  readonly steps: Steps;
}

/** @throws BackupRefused where that cannot be, and whatever interrupts it: the same again goes on where it stopped. */
export const restoreIntoRows = async ({
  file,
  openVerify,
  copy,
  openTarget,
  steps,
}: RowsDeps): Promise<RestoreReport> => {
  const startedAtMs = performance.now();
  const sizeBytes = expectBackup(file);
  await verifyFile(() => openVerify(file), steps);
  steps.begin("copying", sizeBytes);
  if (!(await copy())) throw new BackupRefused("What was restored is not equal to the backup: no server can use it.");
  const verified = await verifyFile(openTarget, steps);
  steps.end();
  return { file, sizeBytes, ...verified, seconds: (performance.now() - startedAtMs) / 1_000, replaced: null };
};

/** What every SQLite file begins with. */
const HEADER = "SQLite format 3\0";

/** Gives its size. @throws BackupRefused where there is none. */
const expectBackup = (file: string): number => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) throw new BackupRefused(`There is no backup at ${file}.`);
  const head = Buffer.alloc(HEADER.length);
  const opened = openSync(file, "r");
  readSync(opened, head);
  closeSync(opened);
  if (head.toString() !== HEADER) throw new BackupRefused(`${file} is no backup, but another kind of file.`);
  return found.size;
};
