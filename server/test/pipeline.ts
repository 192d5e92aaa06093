// The way in without the edge: real storage and all that comes before it, for tests that need many events, many databases
// or a clock. SQLite without its threads, which take longer to start than most of these tests to run.
import { createCommitter } from "../pipeline/committer.ts";
import { createIngest, type Ingest } from "../pipeline/ingest.ts";
import { createProfiles, type Profiles } from "../pipeline/profiles.ts";
import { createReprocess, type Reprocess } from "../pipeline/reprocess.ts";
import { createRetries, type Retries } from "../pipeline/retry.ts";
import { createSlices } from "../slices.ts";
import { openDatabase } from "../storage/sqlite/database.ts";
import { openReader } from "../storage/sqlite/reader.ts";
import { createWriter } from "../storage/sqlite/writer.ts";
import type { Storage } from "../storage/storage.ts";
import { temporaryFile } from "./temporary.ts";

/** What the pipeline needs of a storage, and tests to look behind it. */
export type PipelineStorage = Pick<
  Storage,
  | "append"
  | "perform"
  | "match"
  | "entries"
  | "event"
  | "events"
  | "countEvents"
  | "rawEvents"
  | "failure"
  | "failures"
  | "countFailures"
  | "rawFailure"
  | "dueFailures"
  | "profileVersions"
  | "rollups"
  | "totals"
  | "books"
> & { readonly close: () => void };

export interface Pipeline {
  readonly storage: PipelineStorage;
  readonly profiles: Profiles;
  readonly ingest: Ingest;
  readonly retries: Retries;
  readonly reprocess: Reprocess;
  close(): Promise<void>;
}

interface Surroundings {
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly file?: string;
}

const later =
  <A extends readonly unknown[], R>(work: (...args: A) => R) =>
  async (...args: A): Promise<R> =>
    work(...args);

const openStorage = (file: string, now: () => number): PipelineStorage => {
  const writer = createWriter(openDatabase(file), { file, onLocked: () => {} });
  const reader = openReader(file);
  return {
    append: later((events, options) => writer.append(events, now(), options)),
    perform: later((acts) => writer.perform(now(), acts)),
    ...{ match: later(reader.match), entries: later(reader.entries) },
    ...{ event: later(reader.event), events: later(reader.events), countEvents: later(reader.countEvents) },
    ...{ rawEvents: later(reader.rawEvents), failure: later(reader.failure), failures: later(reader.failures) },
    ...{ countFailures: later(reader.countFailures), rawFailure: later(reader.rawFailure) },
    ...{ dueFailures: later(reader.dueFailures), profileVersions: later(reader.profileVersions) },
    ...{ rollups: later(reader.rollups), totals: later(reader.totals), books: later(reader.books) },
    close: () => {
      reader.close();
      writer.close();
    },
  };
};

export const openPipeline = async ({
  now,
  random = Math.random,
  file = temporaryFile("surecount.db"),
}: Surroundings): Promise<Pipeline> => {
  const storage = openStorage(file, now);
  const limits = { maxWaiting: 10_000, maxWaitingLength: 67_108_864, maxGroup: 1_000, maxGroupLength: 4_194_304 };
  const committer = createCommitter({ storage, onCommit: () => {}, ...limits });
  const profiles = await createProfiles(storage);
  const log = { error: () => {} };
  const ingest = createIngest({ committer, storage, profiles, now, faultsAllowed: true, log, random });
  return {
    ...{ storage, profiles, ingest },
    retries: createRetries({ ingest, storage, profiles, now, random }),
    reprocess: createReprocess({ storage, profiles, inSlices: createSlices() }),
    close: async () => {
      await committer.drain();
      storage.close();
    },
  };
};
