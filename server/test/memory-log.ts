// A log in memory for tests of what reads it, which counts the questions that it is asked.
import type { Entry } from "../domain/event.ts";
import type { FeedFilter } from "../domain/filter.ts";
import type { Storage } from "../storage/storage.ts";

export interface MemoryLog {
  readonly storage: Pick<Storage, "head" | "entries">;
  readonly entries: readonly Entry[];
  /** The filters that entries were asked for with. */
  readonly asked: readonly FeedFilter[];
  add(client?: string, count?: number): void;
  /** Makes every question fail, until told otherwise. */
  breakWith(error: Error | null): void;
}

export const createMemoryLog = (): MemoryLog => {
  const entries: Entry[] = [];
  const asked: FeedFilter[] = [];
  let fault: Error | null = null;
  const check = (): void => {
    if (fault !== null) throw fault;
  };
  return {
    entries,
    asked,
    add: (client = "a", count = 1) => {
      for (let added = 0; added < count; added++) entries.push({ seq: entries.length + 1, client } as Entry);
    },
    breakWith: (error) => {
      fault = error;
    },
    storage: {
      head: async () => {
        check();
        return entries.length;
      },
      entries: async (filter, { above = 0, below = entries.length + 1, limit }) => {
        check();
        asked.push(filter);
        const isAdmitted = ({ client }: Entry) => filter.clients === undefined || filter.clients.includes(client ?? "");
        return entries
          .slice(above, below - 1)
          .filter(isAdmitted)
          .slice(0, limit);
      },
    },
  };
};

export const seqsOf = (entries: readonly Entry[] = []): readonly number[] => entries.map(({ seq }) => seq);
