// The books: whether every event received is accounted for, recomputed when asked.
import type { BooksDifference } from "../storage/storage.ts";
import { builder } from "./builder.ts";

const BooksDifferenceRef = builder.objectRef<BooksDifference>("BooksDifference").implement({
  description: "An identity that does not hold.",
  fields: (t) => ({
    identity: t.exposeString("identity", {
      description: "What should be equal.",
    }),
    client: t.exposeString("client", {
      nullable: true,
      description: "For which client; null for all together.",
    }),
    expected: t.expose("expected", {
      type: "SafeInt",
      description: "The left side.",
    }),
    actual: t.expose("actual", {
      type: "SafeInt",
      description: "The right side.",
    }),
  }),
});

const BooksRef = builder.objectRef<readonly BooksDifference[]>("Books").implement({
  description: "Recomputed from the tables at the time of asking.",
  fields: (t) => ({
    balanced: t.boolean({
      description: "Whether every identity holds.",
      resolve: (differences) => differences.length === 0,
    }),
    differences: t.field({
      type: [BooksDifferenceRef],
      description: "Each identity that does not hold, in total and by client.",
      resolve: (differences) => [...differences],
    }),
  }),
});

builder.queryField("books", (t) =>
  t.field({
    type: BooksRef,
    description:
      "Whether received = accepted + duplicates + conflicts + rejected, and everything else that must hold, in total and for each client.",
    resolve: (_root, _args, { storage }) => storage.books(),
  }),
);
