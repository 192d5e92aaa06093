// Problems, warnings and differences: why an event was not counted, or what its sender should know all the same.
import type { Difference } from "../domain/event.ts";
import { type Problem, problemCodes, type Warning, warningCodes, warningMessage } from "../domain/problem.ts";
import { builder } from "./builder.ts";

export const ProblemCodeEnum = builder.enumType("ProblemCode", {
  description: "Why an event was refused. The list is closed; later versions may add to it.",
  values: problemCodes,
});

const WarningCodeEnum = builder.enumType("WarningCode", {
  description:
    "What was done to a counted event that its sender should know of. The list is closed; later versions may add to it.",
  values: warningCodes,
});

export const ProblemRef = builder.objectRef<Problem>("Problem").implement({
  description: "One reason why an event could not be counted.",
  fields: (t) => ({
    code: t.expose("code", {
      type: ProblemCodeEnum,
      description: "The reason, for programs.",
    }),
    path: t.exposeString("path", {
      nullable: true,
      description: "Where in the raw event, such as `data.amount` or `items[0]`; null for the event as a whole.",
    }),
    message: t.exposeString("message", {
      description: "The reason, for people.",
    }),
    input: t.field({
      type: "JSON",
      nullable: true,
      description: "The value that was found there, shortened where it is large.",
      resolve: ({ input }) => input ?? null,
    }),
    hint: t.exposeString("hint", {
      nullable: true,
      description: "What to do about it.",
    }),
  }),
});

export const WarningRef = builder.objectRef<Warning>("Warning").implement({
  description: "Something that was read with care: the event counts, and this is what was assumed or ignored.",
  fields: (t) => ({
    code: t.expose("code", {
      type: WarningCodeEnum,
      description: "What it is, for programs.",
    }),
    path: t.exposeString("path", {
      nullable: true,
      description: "Where in the raw event; null for the event as a whole.",
    }),
    message: t.string({
      description: "What it is, for people.",
      resolve: warningMessage,
    }),
  }),
});

export const DifferenceRef = builder.objectRef<Difference>("Difference").implement({
  description: "One place where two events, or two spellings of one event, are not the same.",
  fields: (t) => ({
    path: t.exposeString("path", {
      description: "Where: a path in the raw event, or the name of a fact.",
    }),
    existing: t.field({
      type: "JSON",
      nullable: true,
      description: "What the stored event says; null where it says nothing.",
      resolve: ({ existing }) => existing ?? null,
    }),
    received: t.field({
      type: "JSON",
      nullable: true,
      description: "What the received event says; null where it says nothing.",
      resolve: ({ received }) => received ?? null,
    }),
  }),
});
