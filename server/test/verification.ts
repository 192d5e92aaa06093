// A verification without its command.
import { openVerifySource } from "../storage/sqlite/verify-source.ts";
import type { Checkpoint } from "../verify/checkpoint.ts";
import { type VerifyReport, verifyDatabase } from "../verify/verify.ts";

/** Verifies a SQLite file. @throws Unreadable where it is damaged at its root. */
export const verify = async (file: string, checkpoint: Checkpoint | null = null): Promise<VerifyReport> => {
  const source = openVerifySource(file);
  try {
    return await verifyDatabase({ source, checkpoint, output: { write: () => undefined } });
  } finally {
    await source.close();
  }
};
