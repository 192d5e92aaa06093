// The end of the log, to be written down elsewhere: with it, anyone can prove later that nothing before has changed.
import type { Entry } from "../domain/event.ts";
import { builder } from "./builder.ts";

interface LogCheckpoint extends Pick<Entry, "seq" | "atUs"> {
  readonly hash: string;
  readonly databaseId: string;
}

const LogCheckpointRef = builder.objectRef<LogCheckpoint>("LogCheckpoint").implement({
  description:
    "The last entry of the log and its hash. Keep it outside of the server: `npm start -- verify --checkpoint FILE` proves that all up to this entry is as it was.",
  fields: (t) => ({
    seq: t.expose("seq", { type: "SafeInt", description: "The position of the entry." }),
    hash: t.exposeString("hash", {
      description: "SHA-256 in hex over the entry and the hash of the one before, and so over all entries.",
    }),
    at: t.expose("atUs", { type: "DateTime", description: "When the entry was written." }),
    databaseId: t.exposeString("databaseId", { description: "The database whose log it is." }),
  }),
});

builder.queryField("checkpoint", (t) =>
  t.field({
    type: LogCheckpointRef,
    nullable: true,
    description: "The end of the log; null where no entry is in its chain yet.",
    resolve: async (_root, _args, { storage }) => {
      const [last] = await storage.entries({}, { order: "descending", limit: 1 });
      if (last === undefined || last.hash === null) return null;
      return { seq: last.seq, atUs: last.atUs, hash: last.hash, databaseId: storage.databaseId };
    },
  }),
);
