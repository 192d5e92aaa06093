// The live feed: the log from a cursor on, then as it grows.
import { decodeCursor, encodeCursor } from "../domain/filter.ts";
import type { FeedBatch } from "../pipeline/batches.ts";
import { builder } from "./builder.ts";
import { filterValues } from "./filters.ts";
import { OutcomeEnum } from "./ingest.ts";
import { LogEntryRef } from "./log.ts";

const FeedFilterInput = builder.inputType("FeedFilter", {
  description: "Which entries: those that meet every condition given. An empty list is met by none.",
  fields: (t) => ({
    clients: t.stringList({
      description: "About events of one of these clients.",
    }),
    metrics: t.stringList({
      description: "About events measuring one of these metrics.",
    }),
    outcomes: t.field({
      type: [OutcomeEnum],
      description: "Recording one of these outcomes.",
    }),
  }),
});

const FeedBatchRef = builder.objectRef<FeedBatch>("FeedBatch").implement({
  description:
    "The entries of one commit or more: under load they wait up to 50 ms for others to travel with, and at most 500 travel together. The first batch comes at once, and one after each silence: these may be empty.",
  fields: (t) => ({
    entries: t.field({
      type: [LogEntryRef],
      description: "In order of commit.",
      resolve: ({ entries }) => entries,
    }),
    cursor: t.field({
      type: "Cursor",
      description: "How far the log has been read: give it as `after` to go on without a gap.",
      resolve: ({ seq }, _args, { storage }) =>
        encodeCursor({
          list: "log",
          databaseId: storage.databaseId,
          position: seq,
        }),
    }),
  }),
});

builder.subscriptionField("feed", (t) =>
  t.field({
    type: FeedBatchRef,
    description: "Every entry after the cursor, in order, then live; from now where no cursor is given.",
    args: {
      after: t.arg({
        type: "Cursor",
        description: "The cursor of the last batch or entry received.",
      }),
      filter: t.arg({
        type: FeedFilterInput,
        description: "Which entries; all where it is left out.",
      }),
    },
    subscribe: (_root, { after, filter }, { feed, storage }) =>
      feed.subscribe({
        after:
          after === null || after === undefined
            ? null
            : decodeCursor(after, {
                list: "log",
                databaseId: storage.databaseId,
              }),
        filter: {
          clients: filterValues("clients", filter?.clients),
          metrics: filterValues("metrics", filter?.metrics),
          outcomes: filterValues("outcomes", filter?.outcomes),
        },
      }),
    resolve: (batch) => batch,
  }),
);
