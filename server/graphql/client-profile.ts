// What a client's profile looks like to those who read and those who write it.
import type { Profile, ProfileVersion } from "../domain/profile.ts";
import { builder } from "./builder.ts";

const DecimalSeparatorEnum = builder.enumType("DecimalSeparator", {
  description: "What a lone separator in a number means.",
  values: {
    DOT: { description: "1,200 is one thousand two hundred." },
    COMMA: { description: "1,200 is one and two tenths; a dot groups." },
  },
});

const DateOrderEnum = builder.enumType("DateOrder", {
  description: "What comes first in a date of three numbers.",
  values: {
    DMY: { description: "The day: 01/02 is 1 February." },
    MDY: { description: "The month: 01/02 is 2 January." },
  },
});

const IdentityRuleEnum = builder.enumType("IdentityRule", {
  description: "What makes two events of a client the same.",
  values: {
    KEY: { description: "The idempotency key, where one is given; else the content." },
    CONTENT: { description: "The content alone: for clients that give each retry a key of its own." },
  },
});

const aliasNames = {
  client: "Other names of the client.",
  metric: "Other names of the metric.",
  amount: "Other names of the amount.",
  unit: "Other names of the unit.",
  timestamp: "Other names of the timestamp.",
} as const;

const ClientAliasesRef = builder.objectRef<Profile["aliases"]>("ClientAliases").implement({
  description: "Names or paths under which a client sends each fact. They beat all other names.",
  fields: (t) => ({
    client: t.stringList({ description: aliasNames.client, resolve: ({ client }) => [...client] }),
    metric: t.stringList({ description: aliasNames.metric, resolve: ({ metric }) => [...metric] }),
    amount: t.stringList({ description: aliasNames.amount, resolve: ({ amount }) => [...amount] }),
    unit: t.stringList({ description: aliasNames.unit, resolve: ({ unit }) => [...unit] }),
    timestamp: t.stringList({ description: aliasNames.timestamp, resolve: ({ timestamp }) => [...timestamp] }),
  }),
});

const settings = {
  decimalSeparator: "Decides numbers such as 1,200. Null: they are refused as ambiguous.",
  dateOrder: "Decides dates such as 01/02/2026. Null: they are refused as ambiguous.",
  timeZone: "An IANA name such as Europe/Berlin, for times without a zone. Null: they are read as UTC, with a warning.",
  allowZero: "Whether amounts of zero count.",
  allowNegative: "Whether amounts below zero count.",
  identity: "What makes two events the same.",
  lateLimitSeconds: "How old an event may be when it is received for the first time. Null: back to the year 2000.",
  futureLimitSeconds: "How far ahead of the server's clock a timestamp may be. Null: 24 hours.",
  rateLimitPerMinute: "How many events the client may send a minute. Null: as many as RATE_LIMIT_PER_MINUTE says.",
} as const;

export const ClientProfileRef = builder.objectRef<ProfileVersion & { readonly profile: Profile }>("ClientProfile");

ClientProfileRef.implement({
  description: "How the events of one client are read: an operator's answers to what is never guessed.",
  fields: (t) => ({
    client: t.exposeString("client", { description: "The client." }),
    version: t.exposeInt("version", { description: "Counts from 1. Events name the version they were read with." }),
    at: t.expose("atUs", { type: "DateTime", description: "When this version was made." }),
    by: t.exposeString("by", {
      nullable: true,
      description: "Who made it; null where nobody has to say who they are.",
    }),
    aliases: t.field({
      type: ClientAliasesRef,
      description: "Other names of facts.",
      resolve: ({ profile }) => profile.aliases,
    }),
    decimalSeparator: t.field({
      type: DecimalSeparatorEnum,
      nullable: true,
      description: settings.decimalSeparator,
      resolve: ({ profile }) => profile.decimalSeparator,
    }),
    dateOrder: t.field({
      type: DateOrderEnum,
      nullable: true,
      description: settings.dateOrder,
      resolve: ({ profile }) => profile.dateOrder,
    }),
    timeZone: t.string({
      nullable: true,
      description: settings.timeZone,
      resolve: ({ profile }) => profile.timeZone,
    }),
    allowZero: t.boolean({ description: settings.allowZero, resolve: ({ profile }) => profile.allowZero }),
    allowNegative: t.boolean({ description: settings.allowNegative, resolve: ({ profile }) => profile.allowNegative }),
    identity: t.field({
      type: IdentityRuleEnum,
      description: settings.identity,
      resolve: ({ profile }) => profile.identity,
    }),
    lateLimitSeconds: t.int({
      nullable: true,
      description: settings.lateLimitSeconds,
      resolve: ({ profile }) => profile.lateLimitSeconds,
    }),
    futureLimitSeconds: t.int({
      nullable: true,
      description: settings.futureLimitSeconds,
      resolve: ({ profile }) => profile.futureLimitSeconds,
    }),
    rateLimitPerMinute: t.int({
      nullable: true,
      description: settings.rateLimitPerMinute,
      resolve: ({ profile }) => profile.rateLimitPerMinute ?? null,
    }),
    history: t.field({
      type: [ProfileVersionRef],
      description: "Every version that this client's profile ever had, newest first.",
      resolve: async ({ client }, _args, { storage }) => (await storage.profileVersions(client)).versions.toReversed(),
    }),
  }),
});

const ProfileVersionRef = builder.objectRef<ProfileVersion>("ClientProfileVersion").implement({
  description: "One version of a client's profile.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "Counts from 1." }),
    at: t.expose("atUs", { type: "DateTime", description: "When it was made." }),
    by: t.exposeString("by", { nullable: true, description: "Who made it, where that is known." }),
    profile: t.field({
      type: ClientProfileRef,
      nullable: true,
      description: "What it said; null where it took the profile away.",
      resolve: (version) => withProfile(version),
    }),
  }),
});

/** What a version says; null where it took the profile away, or where there is none. */
export const withProfile = (version: ProfileVersion | undefined | null) =>
  version?.profile ? { ...version, profile: version.profile } : null;

const ClientAliasesInput = builder.inputType("ClientAliasesInput", {
  description:
    "Names (`kind`, in any case style) or paths (`data.type`, `items[0].price`) of each fact: at most 20 each.",
  fields: (t) => ({
    client: t.stringList({ description: aliasNames.client }),
    metric: t.stringList({ description: aliasNames.metric }),
    amount: t.stringList({ description: aliasNames.amount }),
    unit: t.stringList({ description: aliasNames.unit }),
    timestamp: t.stringList({ description: aliasNames.timestamp }),
  }),
});

export const ClientProfileInput = builder.inputType("ClientProfileInput", {
  description: "A whole profile: what is left out is as if there were no profile.",
  fields: (t) => ({
    aliases: t.field({ type: ClientAliasesInput, description: "Other names of facts." }),
    decimalSeparator: t.field({ type: DecimalSeparatorEnum, description: settings.decimalSeparator }),
    dateOrder: t.field({ type: DateOrderEnum, description: settings.dateOrder }),
    timeZone: t.string({ description: settings.timeZone }),
    allowZero: t.boolean({ description: settings.allowZero }),
    allowNegative: t.boolean({ description: settings.allowNegative }),
    identity: t.field({ type: IdentityRuleEnum, description: settings.identity }),
    lateLimitSeconds: t.int({ description: `${settings.lateLimitSeconds} At least 1.` }),
    futureLimitSeconds: t.int({ description: `${settings.futureLimitSeconds} 0 to 31,536,000 (a year).` }),
    rateLimitPerMinute: t.int({ description: `${settings.rateLimitPerMinute} 1 to 1,000,000,000.` }),
  }),
});
