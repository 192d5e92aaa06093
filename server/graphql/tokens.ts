// Tokens: who may use the API and what for; made, rotated and revoked by whoever has the scope admin.
import type { Issued } from "../auth/tokens.ts";
import { type Scope, scopes } from "../domain/principal.ts";
import { stateOf, type Token, type TokenState } from "../domain/token.ts";
import { builder } from "./builder.ts";
import { readPage } from "./page.ts";

const DAY_SECONDS = 86_400;

const scopeWords: Readonly<Record<Scope, string>> = {
  ingest: "To send events.",
  read: "To see what was sent and counted, and to follow it live.",
  operate: "To retry, discard and void, to set profiles, and to run jobs.",
  admin: "To do all of that and to manage tokens.",
};

export const ScopeEnum = builder.enumType("Scope", {
  description: "What a token may be used for.",
  values: Object.fromEntries(
    scopes.map((scope) => [scope.toUpperCase(), { value: scope, description: scopeWords[scope] }]),
  ) as Record<Uppercase<Scope>, { value: Scope; description: string }>,
});

const TokenStateEnum = builder.enumType("TokenState", {
  description: "Whether a token still holds.",
  values: {
    ACTIVE: { description: "It holds." },
    EXPIRED: { description: "Its time is over." },
    REVOKED: { description: "A person has ended it." },
  } satisfies Record<TokenState, object>,
});

const TokenRef = builder.objectRef<Token>("Token").implement({
  description: "A token as it is known to the server: its secret is not.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "Names it for good. The token itself begins with `sc_` and this." }),
    name: t.exposeString("name", { nullable: true, description: "What it was called by whoever made it." }),
    scopes: t.field({
      type: [ScopeEnum],
      description: "What it may be used for.",
      resolve: ({ scopes }) => [...scopes],
    }),
    clients: t.stringList({
      nullable: true,
      description: "The clients that it is bound to: it sends for them and sees of them alone. Null: bound to none.",
      resolve: ({ clients }) => (clients === null ? null : [...clients]),
    }),
    state: t.field({
      type: TokenStateEnum,
      description: "Whether it still holds.",
      resolve: (token, _args, { now }) => stateOf(token, now()),
    }),
    createdAt: t.expose("createdAtUs", { type: "DateTime", description: "When it was made." }),
    createdBy: t.exposeString("createdBy", { nullable: true, description: "Who made it, where that is known." }),
    expiresAt: t.expose("expiresAtUs", {
      type: "DateTime",
      nullable: true,
      description: "When it ends by itself; null for never.",
    }),
    lastUsedAt: t.expose("lastUsedAtUs", {
      type: "DateTime",
      nullable: true,
      description: "When it was last used, to the minute; null for never.",
    }),
    rotatedAt: t.expose("rotatedAtUs", {
      type: "DateTime",
      nullable: true,
      description: "When it last got a new secret; null for never.",
    }),
    previousSecretUntil: t.expose("previousUntilUs", {
      type: "DateTime",
      nullable: true,
      description: "Until when the secret before that holds as well.",
    }),
    revokedAt: t.expose("revokedAtUs", { type: "DateTime", nullable: true, description: "When it was revoked." }),
    revokedBy: t.exposeString("revokedBy", { nullable: true, description: "Who revoked it, where that is known." }),
  }),
});

const IssuedTokenRef = builder.objectRef<Issued>("IssuedToken").implement({
  description: "A token with its secret, which is shown this once.",
  fields: (t) => ({
    token: t.expose("token", { type: TokenRef, description: "The token as it is known to the server." }),
    text: t.exposeString("text", {
      description: "What its holder sends as `Authorization: Bearer …`. It is not kept: write it down now.",
    }),
  }),
});

const CreateTokenInput = builder.inputType("CreateTokenInput", {
  description: "A token to be made.",
  fields: (t) => ({
    name: t.string({ description: "What to call it, in lists and in the log." }),
    scopes: t.field({ type: [ScopeEnum], required: true, description: "What it may be used for: at least one." }),
    clients: t.stringList({ description: "The clients that it is bound to, at most 100; none where left out." }),
    expiresAt: t.field({ type: "DateTime", description: "When it ends by itself; never where left out." }),
  }),
});

builder.queryField("tokens", (t) =>
  t.connection(
    {
      type: TokenRef,
      description: "The tokens, those made last first. None is ever deleted.",
      resolve: (_root, args, { storage }) =>
        readPage(
          {
            ...{ name: "tokens", databaseId: storage.databaseId, order: "descending" },
            positionOf: ({ made }: Token) => made,
            rows: (range) => storage.tokens.list(range),
          },
          args,
        ),
    },
    { name: "TokenConnection", description: "A page of tokens." },
    { name: "TokenEdge", description: "A token in a page." },
  ),
);

const idArg = { required: true, description: "The `id` of a token." } as const;

builder.mutationFields((t) => ({
  createToken: t.field({
    type: IssuedTokenRef,
    description:
      "Makes a token. With the first one tokens become required: without one of the scope admin, only the command line can make more.",
    args: { input: t.arg({ type: CreateTokenInput, required: true, description: "The token." }) },
    resolve: (_root, { input: { name, scopes, clients, expiresAt } }, { tokens, principal }) =>
      tokens.create({
        ...{ name: name ?? null, scopes, clients: clients ?? null, expiresAtUs: expiresAt ?? null },
        by: principal.label,
      }),
  }),
  rotateToken: t.field({
    type: IssuedTokenRef,
    description: "Gives a token a new secret. The one before holds for a while as well, so that nothing stands still.",
    args: {
      id: t.arg.id(idArg),
      graceSeconds: t.arg.int({
        defaultValue: DAY_SECONDS,
        description: "How long the secret before still holds: 0 to 2,592,000 (30 days).",
      }),
    },
    resolve: (_root, { id, graceSeconds }, { tokens, principal }) =>
      tokens.rotate(id, { graceSeconds: graceSeconds ?? DAY_SECONDS, by: principal.label }),
  }),
  revokeToken: t.field({
    type: TokenRef,
    description: "Ends a token for good. Open sockets of its holders are closed within seconds.",
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, { tokens, principal }) => tokens.revoke(id, principal.label),
  }),
}));
