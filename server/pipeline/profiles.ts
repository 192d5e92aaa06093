// The profiles as this server knows them. It may be that another server has just changed one: whoever writes what was
// read with an older book is told so, and reads again with a newer.
import { createProfileBook, type ProfileBook } from "../domain/profile-book.ts";
import type { Storage } from "../storage/storage.ts";

export interface Profiles {
  /** The book that was loaded last. */
  readonly book: ProfileBook;
  /** Loads the book anew. @throws AppError UNAVAILABLE. */
  refresh(): Promise<void>;
}

/** Loads the profiles. @throws AppError UNAVAILABLE. */
export const createProfiles = async (storage: Pick<Storage, "profileVersions">): Promise<Profiles> => {
  const load = async (): Promise<{ book: ProfileBook; asOf: number }> => {
    const { versions, asOf } = await storage.profileVersions(null);
    return { book: createProfileBook(versions, asOf), asOf };
  };
  let current = await load();
  return {
    get book() {
      return current.book;
    },
    refresh: async () => {
      const loaded = await load();
      // Two may load at once, and the slower one knows less.
      if (loaded.asOf >= current.asOf) current = loaded;
    },
  };
};
