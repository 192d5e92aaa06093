// A checkpoint: the hash of one entry of the log, written down outside of the database. As long as it still holds, all up
// to that entry is as it was, and a log that was rewritten with hashes that fit each other is found out.
import { z } from "zod";
import { formatMicros } from "../domain/timestamp.ts";
import { genesisOf } from "../storage/chain.ts";
import { type LogRow, VerifyRefused, type VerifySource } from "../storage/verification.ts";
import type { Findings } from "./findings.ts";

const CHECKPOINT_VERSION = 1;

const shape = z.strictObject({
  version: z.literal(CHECKPOINT_VERSION).default(CHECKPOINT_VERSION),
  databaseId: z.string(),
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.string().nullable(),
});

export type Checkpoint = z.infer<typeof shape>;

/** The checkpoint of the end of a log. @throws VerifyRefused where nothing is chained yet. */
export const checkpointOf = async (source: Pick<VerifySource, "databaseId" | "head">): Promise<Checkpoint> => {
  const { seq, atUs, hash } = await source.head();
  if (seq > 0 && hash === null)
    throw new VerifyRefused("The log has no entry with a hash yet: the next one that is written begins the chain.");
  return {
    ...{ version: CHECKPOINT_VERSION, databaseId: source.databaseId, seq },
    ...{ hash: hash ?? genesisOf(source.databaseId), at: seq === 0 ? null : formatMicros(atUs) },
  };
};

/** The document, one line. */
export const checkpointText = (checkpoint: Checkpoint): string => `${JSON.stringify(checkpoint)}\n`;

/** @throws VerifyRefused where the text is no checkpoint. */
export const parseCheckpoint = (text: string): Checkpoint => {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new VerifyRefused("This is no checkpoint: it must be what the command checkpoint has written.", { cause });
  }
};

export interface CheckpointCheck {
  /** Looks at an entry of the log. */
  addEntry(entry: LogRow): void;
  /** Reports what cannot be proved. `lastSeq`: where the log ends. */
  end(lastSeq: number): void;
}

const TABLE = "checkpoint";

/** Looks whether a log still has the entry that was written down. */
export const createCheckpointCheck = (
  { databaseId, seq, hash, at }: Checkpoint,
  source: Pick<VerifySource, "databaseId">,
  findings: Findings,
): CheckpointCheck => {
  const place = [TABLE, `seq ${seq}`] as const;
  const isOfThis = databaseId === source.databaseId;
  if (!isOfThis)
    findings.add(
      ...place,
      `is of the database ${JSON.stringify(databaseId)}, and this is ${JSON.stringify(source.databaseId)}`,
    );
  return {
    addEntry: (entry) => {
      if (!isOfThis || entry.seq !== seq || entry.hash === hash) return;
      findings.add(...place, `entry ${seq} had another hash${sinceText(at)}: the log up to it was rewritten`);
    },
    end: (lastSeq) => {
      if (isOfThis && lastSeq < seq)
        findings.add(...place, `the log ends with entry ${lastSeq}: entries that were there${sinceText(at)} are gone`);
    },
  };
};

const sinceText = (at: string | null): string => (at === null ? "" : ` at ${at}`);
