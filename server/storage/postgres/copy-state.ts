// What this database says about being a copy: a row of meta, which every server looks for when it opens the database.
import { CopyRefused, type CopySource } from "../copy.ts";
import { eq, type Queries } from "./drizzle.ts";
import { meta } from "./tables.ts";

export interface CopyState {
  /** The id of the database that this is a copy of. */
  readonly sourceId: string;
  /** The run that may write; drawn at random by each. */
  readonly run: string;
  /** The last entry that was copied; null while the copy is unfinished. */
  readonly copiedSeq: number | null;
}

const NAME = "copy";

/** Null where this database is no copy. `isHeld`: nobody else may change it until the transaction ends. */
export const copyStateOf = async (db: Queries, isHeld = false): Promise<CopyState | null> => {
  const question = db.select().from(meta).where(eq(meta.name, NAME)).$dynamic();
  const [row] = await (isHeld ? question.for("update") : question);
  return row === undefined ? null : (JSON.parse(row.value) as CopyState);
};

export const keepCopyState = async (db: Queries, state: CopyState): Promise<void> => {
  const row = { name: NAME, value: JSON.stringify(state) };
  await db.insert(meta).values(row).onConflictDoUpdate({ target: meta.name, set: row });
};

/** @throws Error where the copy into this database has not come to its end. */
export const refuseUnfinishedCopy = async (db: Queries): Promise<void> => {
  const state = await copyStateOf(db);
  if (state !== null && state.copiedSeq === null)
    throw new Error("it is an unfinished copy of another database. Run the copy again to finish it");
};

/**
 * What is left to do. `lastSeq` is the last entry of this database; undefined where it has no head of the log.
 * @throws CopyRefused where anything would be overwritten.
 */
export const admitCopy = (
  { databaseId, head }: Pick<CopySource, "databaseId" | "head">,
  { state, lastSeq }: { readonly state: CopyState | null; readonly lastSeq: number | undefined },
): "complete" | "unfinished" => {
  if (state !== null && state.sourceId !== databaseId)
    throw new CopyRefused("The target is a copy of another database already: nothing was written. Name an empty one.");
  if (lastSeq === undefined && state?.copiedSeq === null) return "unfinished";
  const copiedSeq = state?.copiedSeq ?? 0;
  if (lastSeq === copiedSeq) return state !== null && head.seq <= copiedSeq ? "complete" : "unfinished";
  throw new CopyRefused(
    state === null
      ? `The target is not empty, its log has ${lastSeq ?? 0} entries: nothing was written. Name an empty one.`
      : `The target is a complete copy that servers have written to since, from entry ${copiedSeq} to ${lastSeq}: nothing was written or compared.`,
  );
};
