// What every resolver gets: the parts of the program that the API speaks for.
import type { Feed } from "../pipeline/feed.ts";
import type { Ingest } from "../pipeline/ingest.ts";
import type { Storage } from "../storage/storage.ts";

export interface Context {
  readonly ingest: Ingest;
  readonly feed: Feed;
  readonly storage: Storage;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
}
