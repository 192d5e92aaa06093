// Imports: how far they have come, what became of the lines, and which of them were not counted.
import type { ImportReport, ImportState, RejectedLine } from "../domain/import.ts";
import { builder } from "./builder.ts";
import { FailedEventRef } from "./failures.ts";
import { OutcomeEnum } from "./ingest.ts";
import { ProblemRef } from "./problems.ts";

const ImportStateEnum = builder.enumType("ImportState", {
  description: "How far an import has come.",
  values: {
    RUNNING: { description: "It is under way." },
    DONE: { description: "Every line of the file has its outcome." },
    STOPPED: {
      description: "It ended before the file did. Import the same file again: what was counted is not counted twice.",
    },
  } satisfies Record<ImportState, object>,
});

const RejectedLineRef = builder.objectRef<RejectedLine>("RejectedLine").implement({
  description: "A line of a file whose event was not counted: it cannot be read, or is in conflict with another.",
  fields: (t) => ({
    line: t.expose("line", { type: "SafeInt", description: "Its number in the file, from 1; where it begins." }),
    outcome: t.expose("outcome", { type: OutcomeEnum, description: "CONFLICT or REJECTED." }),
    problems: t.expose("problems", { type: [ProblemRef], description: "All that stands in its way." }),
    text: t.exposeString("text", { description: "What it says, or the beginning of that." }),
    failure: t.field({
      type: FailedEventRef,
      nullable: true,
      description:
        "What was kept of it; null where the server met an unexpected fault with it, and tries it again by itself.",
      resolve: ({ failure }, _args, { storage }) => (failure === null ? null : storage.failure(failure)),
    }),
  }),
});

const ImportReportRef = builder.objectRef<ImportReport>("ImportReport").implement({
  description:
    "What has become of a file that was sent to `/import`. lines = accepted + duplicates + conflicts + rejected. It is kept by the server that did the import, for as long as that lives and a hundred others have not followed.",
  fields: (t) => {
    const count = (
      name: "lines" | "accepted" | "duplicates" | "conflicts" | "rejected" | "broken",
      description: string,
    ) => t.expose(name, { type: "SafeInt", description });
    return {
      id: t.exposeID("id", { description: "The id that its sender chose, or one drawn at random." }),
      state: t.expose("state", { type: ImportStateEnum, description: "How far it has come." }),
      lines: count("lines", "Lines that hold an event or should, so far: neither empty ones nor the header."),
      accepted: count("accepted", "How many were new and counted."),
      duplicates: count("duplicates", "How many were already counted; a success."),
      conflicts: count("conflicts", "How many used the key of another event."),
      rejected: count("rejected", "How many could not be counted, broken lines included."),
      broken: count("broken", "How many of the rejected could not even be read as lines."),
      bytes: t.expose("bytes", { type: "SafeInt", description: "How much of the file was read, as it was sent." }),
      totalBytes: t.expose("totalBytes", {
        type: "SafeInt",
        nullable: true,
        description: "How much that is in all, as it was sent; null where its sender did not say.",
      }),
      startedAt: t.expose("startedAtUs", { type: "DateTime", description: "When it began." }),
      endedAt: t.expose("endedAtUs", {
        type: "DateTime",
        nullable: true,
        description: "When it ended; null while it is under way.",
      }),
      rejectedLines: t.expose("rejectedLines", {
        type: [RejectedLineRef],
        description:
          "The first 100 lines that were not counted. All of them are failed events, last seen while the import ran.",
      }),
      error: t.exposeString("error", { nullable: true, description: "Why it stopped; null where it did not." }),
    };
  },
});

const idArg = { required: true, description: "The id of an import, such as the one given as `/import?id=…`." } as const;

builder.queryFields((t) => ({
  importReport: t.field({
    type: ImportReportRef,
    nullable: true,
    description: "The report of an import by its id; null where this server has none.",
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, { imports }) => imports.report(id),
  }),
  importReports: t.field({
    type: [ImportReportRef],
    description: "The reports of the last imports of this server, newest first.",
    resolve: (_root, _args, { imports }) => [...imports.reports()],
  }),
}));

builder.subscriptionField("importProgress", (t) =>
  t.field({
    type: ImportReportRef,
    description:
      "The report of an import as it is now, and again whenever that has come further, at most four times a second, until it ends. One may subscribe before the import begins.",
    args: { id: t.arg.id(idArg) },
    subscribe: (_root, { id }, { imports }) => imports.follow(id),
    resolve: (report) => report,
  }),
);
