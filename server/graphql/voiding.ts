// Taking accepted events out of the figures, and bringing them back.
import type { Voiding } from "../domain/act.ts";
import { AppError } from "../domain/error.ts";
import type { Event } from "../domain/event.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { EventRef } from "./events.ts";
import { readId } from "./ids.ts";
import { readReason } from "./reason.ts";

const actOn = async ({ storage, principal }: RequestContext, act: Omit<Voiding, "by">): Promise<Event> => {
  const [performed] = await storage.perform([{ ...act, by: principal.label }]);
  const event = await storage.event(act.event);
  if (performed?.kind === "done" && event !== null) return event;
  throw new AppError("BAD_USER_INPUT", performed?.kind === "refused" ? performed.reason : "There is no such event.");
};

const idArg = { required: true, for: EventRef, description: "The `id` of an event." } as const;

builder.mutationFields((t) => ({
  voidEvent: t.field({
    type: EventRef,
    description:
      "Takes an accepted event out of all figures. The event, what was sent and its identity stay, so that a retry is a duplicate.",
    args: {
      id: t.arg.globalID(idArg),
      reason: t.arg.string({ required: true, description: "Why, for those who come later." }),
    },
    resolve: (_root, { id, reason }, context) =>
      actOn(context, { action: "VOIDED", event: readId(id.id), reason: readReason(reason) }),
  }),
  unvoidEvent: t.field({
    type: EventRef,
    description: "Lets a voided event count again.",
    args: {
      id: t.arg.globalID(idArg),
      reason: t.arg.string({ description: "Why, for those who come later." }),
    },
    resolve: (_root, { id, reason }, context) =>
      actOn(context, {
        ...{ action: "UNVOIDED", event: readId(id.id) },
        reason: reason === null || reason === undefined ? null : readReason(reason),
      }),
  }),
}));
