// The profiles as this server knows them. It may be that another server has just changed one: whoever writes what was
// read with an older book is told so, and reads again with a newer.
import type { ProfileVersion } from "../domain/profile.ts";
import { createProfileBook, type ProfileBook } from "../domain/profile-book.ts";
import type { Storage } from "../storage/storage.ts";

export interface Profiles {
  /** The book that was loaded last. */
  readonly book: ProfileBook;
  /** Loads what has changed. @throws AppError UNAVAILABLE. */
  refresh(): Promise<void>;
}

/** Loads the profiles. @throws AppError UNAVAILABLE. */
export const createProfiles = async (storage: Pick<Storage, "profileVersions">): Promise<Profiles> => {
  let versions: readonly ProfileVersion[] = [];
  let known = 0;
  let book = createProfileBook([], 0);

  const refresh = async (): Promise<void> => {
    const loaded = await storage.profileVersions(null, known);
    // Two may load at once.
    const added = loaded.versions.filter(({ seq }) => seq > known);
    if (added.length === 0) return;
    versions = [...versions, ...added];
    known = loaded.asOf;
    book = createProfileBook(versions, known);
  };

  await refresh();
  return {
    get book() {
      return book;
    },
    refresh,
  };
};
