// Deliveries of webhooks: what an endpoint is told, what came of each attempt, and sending it once more.
import { AppError } from "../domain/error.ts";
import type { Json } from "../domain/json.ts";
import type {
  AttemptResult,
  DeliveryFilter,
  DeliveryState,
  WebhookAttempt,
  WebhookDelivery,
} from "../domain/webhook.ts";
import { bodyOf } from "../domain/webhook-message.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { filterValues } from "./filters.ts";
import { readId } from "./ids.ts";
import { readPage } from "./page.ts";
import { endpointOf, WebhookEndpointRef } from "./webhooks.ts";

/** Of one delivery. */
const MAX_ATTEMPTS = 50;
const DEFAULT_ATTEMPTS = 20;

const StateEnum = builder.enumType("WebhookDeliveryState", {
  description: "How far a delivery has come.",
  values: {
    COLLECTING: { description: "Failures of its code are counted in it until its time is over." },
    WAITING: { description: "It is in the queue of its endpoint." },
    DELIVERED: { description: "The endpoint has taken it." },
    SKIPPED: { description: "A person has taken it out of the queue." },
    FAILED: { description: "A test that the endpoint did not take; it is not sent again." },
  } satisfies Record<DeliveryState, object>,
});

const ResultEnum = builder.enumType("WebhookAttemptResult", {
  description: "What came of an attempt.",
  values: {
    DELIVERED: { description: "It was answered with a status from 200 to 299." },
    REFUSED: { description: "It was answered with another status." },
    FAILED: { description: "There was no answer." },
  } satisfies Record<AttemptResult, object>,
});

const AttemptRef = builder.objectRef<WebhookAttempt>("WebhookAttempt").implement({
  description: "A delivery that was sent once.",
  fields: (t) => ({
    number: t.expose("number", { type: "SafeInt", description: "Its place among all attempts of its endpoint." }),
    at: t.expose("atUs", { type: "DateTime", description: "When it ended." }),
    durationMs: t.exposeInt("durationMs", { description: "How long it took." }),
    result: t.expose("result", { type: ResultEnum, description: "What came of it." }),
    status: t.exposeInt("status", { nullable: true, description: "The HTTP status; null where there was no answer." }),
    error: t.exposeString("error", { nullable: true, description: "Why there was no answer." }),
    response: t.exposeString("response", {
      nullable: true,
      description: "The beginning of the answer: status and headers, an empty line, body.",
    }),
  }),
});

const DeliveryRef = builder.objectRef<WebhookDelivery>("WebhookDelivery");

builder.node(DeliveryRef, {
  description: "What an endpoint is told at once: entries of one kind, and of one code where they are failures.",
  id: { resolve: ({ id }) => id, description: "Names this delivery for good." },
  isTypeOf: () => true,
  loadOne: (id, { storage }) => storage.webhooks.delivery(id),
  fields: (t) => ({
    messageId: t.exposeString("id", { description: "The header `webhook-id` of each of its attempts." }),
    endpoint: t.field({
      type: WebhookEndpointRef,
      description: "Who is told.",
      resolve: ({ endpoint }, _args, context) => endpointOf(context, endpoint),
    }),
    type: t.exposeString("kind", { description: "Of what, such as `event.rejected`; `webhook.test` for a test." }),
    code: t.exposeString("code", { nullable: true, description: "What is wrong with all of these failures." }),
    state: t.expose("state", { type: StateEnum, description: "How far it has come." }),
    count: t.expose("count", { type: "SafeInt", description: "How many entries it tells of." }),
    fromSeq: t.expose("fromSeq", { type: "SafeInt", description: "The first of them." }),
    toSeq: t.expose("toSeq", { type: "SafeInt", description: "The last of them." }),
    fromAt: t.expose("fromAtUs", { type: "DateTime", description: "When the first of them was written." }),
    toAt: t.expose("toAtUs", { type: "DateTime", description: "When the last of them was written." }),
    closesAt: t.expose("closesAtUs", { type: "DateTime", description: "Until when failures are counted in it." }),
    settledAt: t.expose("settledAtUs", {
      ...{ type: "DateTime", nullable: true, description: "When it was delivered; null where it was not." },
    }),
    tries: t.exposeInt("tries", { description: "Attempts that failed since it was put into the queue." }),
    body: t.field({
      type: "JSON",
      description: "What is sent.",
      resolve: (delivery, _args, { storage }) => JSON.parse(bodyOf(storage.databaseId, delivery)) as Json,
    }),
    attempts: t.field({
      type: [AttemptRef],
      description: "The last attempts, newest first. Of each endpoint the last 1,000 are kept.",
      args: {
        first: t.arg.int({ defaultValue: DEFAULT_ATTEMPTS, description: `At most this many: 0 to ${MAX_ATTEMPTS}.` }),
      },
      resolve: async ({ endpoint, number }, { first }, { storage }) => [
        ...(await storage.webhooks.attempts({ endpoint, delivery: number }, limitOf(first))),
      ],
    }),
  }),
});

const limitOf = (first: number | null | undefined): number => {
  const limit = first ?? DEFAULT_ATTEMPTS;
  if (limit >= 0 && limit <= MAX_ATTEMPTS) return limit;
  throw new AppError("BAD_USER_INPUT", `At most ${MAX_ATTEMPTS} attempts are told at once, not ${limit}.`);
};

const FilterInput = builder.inputType("WebhookDeliveryFilter", {
  description: "Which deliveries: those that meet every condition given.",
  fields: (t) => ({
    states: t.field({ type: [StateEnum], description: "In one of these states." }),
    from: t.field({ type: "DateTime", description: "Whose first entry was written then or later." }),
    to: t.field({ type: "DateTime", description: "Whose first entry was written before then." }),
  }),
});

const toFilter = (endpoint: number, input: typeof FilterInput.$inferInput | null | undefined): DeliveryFilter => ({
  ...{ endpoint, states: filterValues("states", input?.states) },
  ...{ fromUs: input?.from ?? undefined, toUs: input?.to ?? undefined },
});

builder.objectFields(WebhookEndpointRef, (t) => ({
  attempts: t.field({
    type: [AttemptRef],
    description: "Its last attempts, newest first.",
    args: {
      first: t.arg.int({ defaultValue: DEFAULT_ATTEMPTS, description: `At most this many: 0 to ${MAX_ATTEMPTS}.` }),
    },
    resolve: async ({ id }, { first }, { storage }) => [
      ...(await storage.webhooks.attempts({ endpoint: id }, limitOf(first))),
    ],
  }),
  deliveries: t.connection(
    {
      type: DeliveryRef,
      description: "What it is told and was told of late, newest first. Of what is settled the last 1,000 are kept.",
      args: { filter: t.arg({ type: FilterInput, description: "Which deliveries; all where it is left out." }) },
      resolve: async ({ id }, { filter: input, ...args }, { storage }) => {
        const filter = toFilter(id, input);
        const list = { name: "deliveries", databaseId: storage.databaseId, order: "descending" } as const;
        const page = await readPage(
          {
            ...list,
            positionOf: ({ number }: WebhookDelivery) => number,
            rows: (range) => storage.webhooks.deliveries(filter, range),
          },
          args,
        );
        return { ...page, filter };
      },
    },
    {
      name: "WebhookDeliveryConnection",
      description: "A page of deliveries.",
      fields: (t) => ({
        totalCount: t.field({
          type: "SafeInt",
          description: "How many there are on all pages.",
          resolve: ({ filter }, _args, { storage }) => storage.webhooks.countDeliveries(filter),
        }),
      }),
    },
    { name: "WebhookDeliveryEdge", description: "A delivery in a page." },
  ),
}));

const idArg = { required: true, description: "The `id` of a delivery." } as const;

/** @throws AppError BAD_USER_INPUT where there is none. */
const deliveryOf = async ({ storage }: RequestContext, id: string): Promise<WebhookDelivery> => {
  const delivery = await storage.webhooks.delivery(id);
  if (delivery === null) throw new AppError("BAD_USER_INPUT", "There is no such delivery any more.");
  return delivery;
};

builder.queryField("webhookDelivery", (t) =>
  t.field({
    type: DeliveryRef,
    nullable: true,
    description: "A delivery by its id; null where there is none, or none any more.",
    args: { id: t.arg.globalID({ ...idArg, for: DeliveryRef }) },
    resolve: (_root, { id }, { storage }) => storage.webhooks.delivery(id.id),
  }),
);

builder.mutationFields((t) => {
  const endpoint = t.arg.globalID({
    ...{ required: true, for: WebhookEndpointRef, description: "The `id` of an endpoint." },
  });
  const id = t.arg.globalID({ ...idArg, for: DeliveryRef });
  return {
    testWebhookEndpoint: t.field({
      type: DeliveryRef,
      description: "Sends a delivery of the type `webhook.test` now, past the queue, and tells what came of it.",
      args: { id: endpoint },
      resolve: (_root, { id }, { endpoints }) => endpoints.test(readId(id.id)),
    }),
    replayWebhookDelivery: t.field({
      type: DeliveryRef,
      description: "Puts a delivery back into the queue of its endpoint. It is sent again with the same id.",
      args: { id },
      resolve: async (_root, { id }, context) => {
        const { endpoint, number } = await deliveryOf(context, id.id);
        if ((await context.storage.webhooks.requeue({ endpoint, number })) === 0)
          throw new AppError("BAD_USER_INPUT", "Only what was delivered or skipped can be sent again, and no test.");
        return deliveryOf(context, id.id);
      },
    }),
    replayWebhookDeliveries: t.field({
      type: "SafeInt",
      description:
        "Puts all deliveries of an endpoint back into its queue that were settled and that the filter admits. Gives their number.",
      args: {
        id: endpoint,
        filter: t.arg({ type: FilterInput, required: true, description: "Which deliveries." }),
      },
      resolve: async (_root, { id, filter }, context) => {
        const { id: endpoint } = await endpointOf(context, readId(id.id));
        return context.storage.webhooks.requeue(toFilter(endpoint, filter));
      },
    }),
    skipWebhookDelivery: t.field({
      type: DeliveryRef,
      description: "Takes a delivery out of the queue, so that those behind it can go on.",
      args: { id },
      resolve: async (_root, { id }, context) => {
        const delivery = await deliveryOf(context, id.id);
        if (!(await context.storage.webhooks.skip(delivery, context.now())))
          throw new AppError("BAD_USER_INPUT", `Only what waits can be skipped; this one is ${delivery.state}.`);
        return deliveryOf(context, id.id);
      },
    }),
  };
});
