// Brings a file up to date without serving it. This process owns it meanwhile, so no server can run on it.
import { openDatabase } from "./database.ts";
import { ownFile } from "./owner.ts";
import { refuseLoss } from "./place.ts";
import { rebuildWhereDue } from "./rollup-rebuild.ts";

/**
 * Makes the file where there is none. @throws Error where it cannot be opened, a server has it, it is of a newer version, or
 * has lost what was in it.
 */
export const bringUpToDate = (name: string): void => {
  const { place, wasMade, release } = ownFile({ file: name, url: null, now: () => Date.now() * 1000 });
  try {
    refuseLoss(place, { wasMade });
    const db = openDatabase(place);
    try {
      rebuildWhereDue(db);
    } finally {
      db.$client.close();
    }
  } finally {
    release();
  }
};
