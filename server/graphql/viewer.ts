// The viewer: who asks, as the server sees it.
import type { AuthMode } from "../auth/authenticate.ts";
import { hasScope, type Principal, scopes } from "../domain/principal.ts";
import { builder } from "./builder.ts";
import { ScopeEnum } from "./tokens.ts";

const AuthModeEnum = builder.enumType("AuthMode", {
  description: "Who is let in.",
  values: {
    OPEN: { value: "open", description: "Whoever reaches the server, since there is no token yet." },
    REQUIRED: { value: "required", description: "Whoever has a token." },
    OFF: { value: "off", description: "Whoever reaches the server: AUTH=off." },
  } as const satisfies Record<Uppercase<AuthMode>, { value: AuthMode; description: string }>,
});

export const ViewerRef = builder.objectRef<Principal>("Viewer").implement({
  description: "Who asks.",
  fields: (t) => ({
    auth: t.field({
      type: AuthModeEnum,
      description: "Who is let in.",
      resolve: (_viewer, _args, { auth }) => auth.mode,
    }),
    token: t.exposeID("token", { nullable: true, description: "The id of the token; null where none is needed." }),
    name: t.exposeString("name", { nullable: true, description: "What the token is called." }),
    scopes: t.field({
      type: [ScopeEnum],
      description: "All that may be done, also where one scope includes others.",
      resolve: (viewer) => scopes.filter((scope) => hasScope(viewer, scope)),
    }),
    clients: t.stringList({
      nullable: true,
      description: "The clients that the token is bound to; null where it is bound to none.",
      resolve: ({ clients }) => (clients === null ? null : [...clients]),
    }),
  }),
});

builder.queryField("viewer", (t) =>
  t.field({
    type: ViewerRef,
    description: "Who asks, and what they may do.",
    resolve: (_root, _args, { principal }) => principal,
  }),
);
