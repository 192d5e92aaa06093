// Endpoints of webhooks: who is told of what, where, and how that goes.
import { AppError } from "../domain/error.ts";
import type { DisabledBecause, WebhookEndpoint } from "../domain/webhook.ts";
import { meaningOf, type WebhookKind, webhookKinds } from "../domain/webhook-kinds.ts";
import type { Created } from "../webhooks/endpoints.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { filterValues } from "./filters.ts";
import { readId } from "./ids.ts";
import { readReason } from "./reason.ts";

const DEFAULT_WINDOW_SECONDS = 60;
const DEFAULT_GRACE_SECONDS = 86_400;

/** `event.rejected` is EVENT_REJECTED, as names have no dots here. */
const WebhookKindEnum = builder.enumType("WebhookKind", {
  description: "What an endpoint can be told of; the name with a dot is the `type` of its deliveries.",
  values: Object.fromEntries(
    webhookKinds.map((kind) => [
      kind.replace(".", "_").toUpperCase(),
      { value: kind, description: `\`${kind}\`: ${meaningOf(kind)}` },
    ]),
  ) as Record<string, { value: WebhookKind; description: string }>,
});

const DisabledBecauseEnum = builder.enumType("WebhookDisabledBecause", {
  description: "Why an endpoint is told nothing.",
  values: {
    ASKED: { description: "A person decided so." },
    GONE: { description: "It answered 410: nobody is there any more." },
    FAILING: { description: "A delivery was not taken for more than three days, however often it was sent." },
  } satisfies Record<DisabledBecause, object>,
});

export const WebhookEndpointRef = builder.objectRef<WebhookEndpoint>("WebhookEndpoint");

/** @throws AppError BAD_USER_INPUT where there is none. */
export const endpointOf = async (
  { storage }: Pick<RequestContext, "storage">,
  id: number,
): Promise<WebhookEndpoint> => {
  const endpoint = await storage.webhooks.endpoint(id);
  if (endpoint === null) throw new AppError("BAD_USER_INPUT", "There is no such endpoint.");
  return endpoint;
};

builder.node(WebhookEndpointRef, {
  description: "Who wants to be told of entries of the log. Each has a cursor of its own, and waits for nobody.",
  id: { resolve: ({ id }) => String(id), description: "Names this endpoint for good." },
  isTypeOf: () => true,
  loadOne: (id, { storage }) => storage.webhooks.endpoint(readId(id)),
  fields: (t) => ({
    name: t.exposeString("name", { description: "What people call it." }),
    url: t.exposeString("url", { description: "Where it is told." }),
    kinds: t.expose("kinds", { type: [WebhookKindEnum], description: "Of what it is told." }),
    clients: t.exposeStringList("clients", {
      nullable: true,
      description: "About events of these clients alone; null where it is told of all.",
    }),
    windowSeconds: t.exposeInt("windowSeconds", {
      description: "For how long failures of one code are counted together in one delivery, from the first on.",
    }),
    createdAt: t.expose("createdAtUs", { type: "DateTime", description: "When it was made." }),
    isEnabled: t.boolean({
      description: "Whether it is told of anything.",
      resolve: ({ disabledBecause }) => disabledBecause === null,
    }),
    disabledBecause: t.expose("disabledBecause", {
      ...{
        type: DisabledBecauseEnum,
        nullable: true,
        description: "Why it is told nothing; null where it is enabled.",
      },
    }),
    disabledAt: t.expose("disabledAtUs", { type: "DateTime", nullable: true, description: "Since when." }),
    reason: t.exposeString("reason", { nullable: true, description: "Why a person disabled it, in their words." }),
    lag: t.field({
      type: "SafeInt",
      description: "How many entries of the log were not looked at for it yet.",
      resolve: async ({ cursor }, _args, { storage }) => Math.max(0, (await storage.head()) - cursor),
    }),
    waiting: t.field({
      type: "SafeInt",
      description: "How many deliveries are in its queue.",
      resolve: ({ id }, _args, { storage }) => storage.webhooks.countDeliveries({ endpoint: id, states: ["WAITING"] }),
    }),
    failingSince: t.expose("failingSinceUs", {
      ...{ type: "DateTime", nullable: true },
      description: "When the first attempt failed of those since the last that was delivered; null where none did.",
    }),
    nextAttemptAt: t.expose("nextAttemptAtUs", {
      ...{ type: "DateTime", nullable: true },
      description: "When what was not taken is sent again; null where nothing waits for that.",
    }),
    formerSecretsUntil: t.field({
      ...{ type: "DateTime", nullable: true },
      description: "Until when a secret before the last one signs too; null where none does.",
      resolve: ({ secrets }, _args, { now }) => {
        const [, former] = secrets;
        return former?.untilUs != null && former.untilUs > now() ? former.untilUs : null;
      },
    }),
  }),
});

const CreatedRef = builder.objectRef<Created>("WebhookEndpointSecret").implement({
  description: "An endpoint and its secret, which is told this once.",
  fields: (t) => ({
    endpoint: t.field({
      type: WebhookEndpointRef,
      description: "The endpoint.",
      resolve: ({ id }, _args, context) => endpointOf(context, id),
    }),
    secret: t.exposeString("secret", {
      description: "With which its deliveries are signed: `whsec_` and base64. Nobody can ask for it again.",
    }),
  }),
});

const clientsField = "About events of these clients alone; null: about all.";
const windowField =
  "For how long failures of one code are counted together in one delivery, from the first on: 0 to 3600 seconds. With 0 each is told by itself, at once.";

const CreateInput = builder.inputType("CreateWebhookEndpointInput", {
  description: "Who wants to be told of what.",
  fields: (t) => ({
    name: t.string({ required: true, description: "What people call it: 1 to 100 characters." }),
    url: t.string({ required: true, description: "Where it is told, by POST. The setting WEBHOOKS says what may be." }),
    kinds: t.field({ type: [WebhookKindEnum], required: true, description: "Of what." }),
    clients: t.stringList({ description: clientsField }),
    windowSeconds: t.int({ defaultValue: DEFAULT_WINDOW_SECONDS, description: windowField }),
  }),
});

const UpdateInput = builder.inputType("UpdateWebhookEndpointInput", {
  description: "What is to be another way; what is left out stays.",
  fields: (t) => ({
    name: t.string({ description: "What people call it: 1 to 100 characters." }),
    url: t.string({ description: "Where it is told, by POST. The setting WEBHOOKS says what may be." }),
    kinds: t.field({ type: [WebhookKindEnum], description: "Of what." }),
    clients: t.stringList({ description: clientsField }),
    windowSeconds: t.int({ description: windowField }),
  }),
});

const given = <T extends object>(fields: T): { [Name in keyof T]?: NonNullable<T[Name]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as never;

const idArg = { required: true, description: "The `id` of an endpoint." } as const;

builder.queryFields((t) => ({
  webhookEndpoints: t.field({
    type: [WebhookEndpointRef],
    description: "All endpoints of webhooks, oldest first; there are at most 100.",
    resolve: async (_root, _args, { storage }) => [...(await storage.webhooks.endpoints())],
  }),
  webhookEndpoint: t.field({
    type: WebhookEndpointRef,
    nullable: true,
    description: "An endpoint of webhooks by its id; null where there is none.",
    args: { id: t.arg.globalID({ ...idArg, for: WebhookEndpointRef }) },
    resolve: (_root, { id }, { storage }) => storage.webhooks.endpoint(readId(id.id)),
  }),
}));

builder.mutationFields((t) => {
  const id = t.arg.globalID({ ...idArg, for: WebhookEndpointRef });
  return {
    createWebhookEndpoint: t.field({
      type: CreatedRef,
      description: "Makes an endpoint, which is told of what comes from now on. Gives its secret, this once.",
      args: { input: t.arg({ type: CreateInput, required: true, description: "Who wants to be told of what." }) },
      resolve: (_root, { input }, { endpoints, principal }) => {
        const { name, url, kinds, windowSeconds } = input;
        const clients = filterValues("clients", input.clients) ?? null;
        const settings = { name, url, kinds, clients, windowSeconds: windowSeconds ?? DEFAULT_WINDOW_SECONDS };
        return endpoints.create(settings, principal.label);
      },
    }),
    updateWebhookEndpoint: t.field({
      type: WebhookEndpointRef,
      description: "Changes what an endpoint is told, or where. What waits for it is sent there at once.",
      args: { id, input: t.arg({ type: UpdateInput, required: true, description: "What is to be another way." }) },
      resolve: async (_root, { id, input }, context) => {
        const endpoint = readId(id.id);
        const { clients, ...others } = input;
        const changes = { ...given(others), ...(clients === undefined ? {} : { clients }) };
        await context.endpoints.change(endpoint, changes, context.principal.label);
        return endpointOf(context, endpoint);
      },
    }),
    rotateWebhookSecret: t.field({
      type: CreatedRef,
      description:
        "Gives an endpoint another secret, told this once. For a while both sign, so that nothing is missed.",
      args: {
        id,
        graceSeconds: t.arg.int({
          defaultValue: DEFAULT_GRACE_SECONDS,
          description: "For how long the secret before signs too: 0 to 604800 seconds.",
        }),
      },
      resolve: (_root, { id, graceSeconds }, { endpoints, principal }) =>
        endpoints.rotate(readId(id.id), graceSeconds ?? DEFAULT_GRACE_SECONDS, principal.label),
    }),
    enableWebhookEndpoint: t.field({
      type: WebhookEndpointRef,
      description: "Lets a disabled endpoint go on where it stood; everything that came meanwhile is told.",
      args: {
        id,
        skipMissed: t.arg.boolean({
          defaultValue: false,
          description: "Whether what came meanwhile is left out, and it begins with what comes from now on.",
        }),
      },
      resolve: async (_root, { id, skipMissed }, context) => {
        const endpoint = readId(id.id);
        await context.endpoints.enable(endpoint, { skipsMissed: skipMissed ?? false }, context.principal.label);
        return endpointOf(context, endpoint);
      },
    }),
    disableWebhookEndpoint: t.field({
      type: WebhookEndpointRef,
      description: "Tells an endpoint nothing until it is enabled again. It keeps its place in the log.",
      args: { id, reason: t.arg.string({ description: "Why, for those who come later." }) },
      resolve: async (_root, { id, reason }, context) => {
        const endpoint = readId(id.id);
        const words = reason === null || reason === undefined ? null : readReason(reason);
        await context.endpoints.disable(endpoint, words, context.principal.label);
        return endpointOf(context, endpoint);
      },
    }),
    deleteWebhookEndpoint: t.field({
      type: "Boolean",
      description: "Takes an endpoint away, with its deliveries and attempts. Gives true.",
      args: { id },
      resolve: async (_root, { id }, { endpoints, principal }) => {
        await endpoints.remove(readId(id.id), principal.label);
        return true;
      },
    }),
  };
});
