// The end of the log, inside a transaction that writes: where the next entry stands, and its row.
import type { Micros } from "../../domain/calendar.ts";
import { type Chain, type ChainedEntry, createChain, genesisOf } from "../chain.ts";
import type { Drizzle } from "./database.ts";
import { desc, max, sql } from "./drizzle.ts";
import { prepareGet, prepareRun } from "./statement.ts";
import { clientProfiles, processingLog } from "./tables.ts";

/** The end of the log as a transaction finds it. */
export interface LogEnd {
  readonly seq: number;
  /** When entries are written now. */
  readonly atUs: Micros;
  readonly chain: Chain;
  /** The last entry that changed a profile; 0 where there is none. */
  readonly profilesAsOf: number;
}

export interface LogWriter {
  /** `nowUs` is the server's clock. */
  end(nowUs: Micros): LogEnd;
  insert(entry: ChainedEntry): void;
}

export const createLogWriter = (db: Drizzle, databaseId: string): LogWriter => {
  const statements = prepareStatements(db);
  const genesis = genesisOf(databaseId);
  return {
    end: (nowUs) => {
      const [seq, lastAtUs, hash] = statements.lastEntry({}) ?? [0, 0, null];
      const [profilesAsOf] = statements.lastProfile({}) ?? [null];
      return {
        seq,
        // An audit trail must not run backwards where the machine's clock did.
        atUs: Math.max(nowUs, lastAtUs),
        chain: createChain(hash?.toString("hex") ?? genesis),
        profilesAsOf: profilesAsOf ?? 0,
      };
    },
    insert: (entry) => {
      statements.insertEntry({ ...entry });
    },
  };
};

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  const { seq, atUs, hash } = processingLog;
  return {
    lastEntry: prepareGet<readonly [seq: number, atUs: Micros, hash: Buffer | null]>(
      db,
      db.select({ seq, atUs, hash }).from(processingLog).orderBy(desc(seq)).limit(1),
    ),
    lastProfile: prepareGet<readonly [seq: number | null]>(
      db,
      db.select({ seq: max(clientProfiles.seq) }).from(clientProfiles),
    ),
    insertEntry: prepareRun(
      db,
      db.insert(processingLog).values({
        seq: placeholder("seq"),
        atUs: placeholder("atUs"),
        action: placeholder("action"),
        client: placeholder("client"),
        event: placeholder("event"),
        failure: placeholder("failure"),
        differences: placeholder("differences"),
        details: placeholder("details"),
        job: placeholder("job"),
        digest: placeholder("digest"),
        hash: placeholder("hash"),
      }),
    ),
  };
};
