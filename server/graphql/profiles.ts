// Client profiles: how the events of one client are to be read, in versions that are never forgotten.
import type { ProfileChange } from "../domain/act.ts";
import { AppError } from "../domain/error.ts";
import type { FailureFilter } from "../domain/filter.ts";
import { defaultProfile, type Profile, type ProfileVersion } from "../domain/profile.ts";
import { type ProfileText, parseProfile } from "../domain/profile-rules.ts";
import { readText } from "../domain/text.ts";
import { forecast } from "../pipeline/forecast.ts";
import { builder } from "./builder.ts";
import type { RequestContext } from "./context.ts";
import { JobRef, startJob } from "./jobs.ts";
import { readPage } from "./page.ts";
import { RetryPreviewRef } from "./retry-preview.ts";

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

const withProfile = (version: ProfileVersion | undefined | null) =>
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

const ClientProfileInput = builder.inputType("ClientProfileInput", {
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
  }),
});

/** The name of a client as it is stored. @throws AppError BAD_USER_INPUT where it can be none. */
const readClient = (client: string): string => {
  const { text, faults } = readText(client);
  if (text !== null) return text;
  throw new AppError("BAD_USER_INPUT", `This can be no client: ${faults.map(({ code }) => code).join(", ")}.`);
};

interface Change {
  readonly profile: ProfileVersion | null;
  readonly client: string;
  readonly job: number | null;
}

const ProfileChangeRef = builder.objectRef<Change>("ClientProfileChange").implement({
  description: "What became of a profile, and of the failed events that it may heal.",
  fields: (t) => ({
    profile: t.field({
      type: ClientProfileRef,
      nullable: true,
      description: "The profile in force now; null where there is none.",
      resolve: ({ profile }) => withProfile(profile),
    }),
    openFailures: t.field({
      type: "SafeInt",
      description: "How many failed events of this client are open: `reprocess` tries them again.",
      resolve: ({ client }, _args, { storage }) => storage.countFailures({ clients: [client], states: ["OPEN"] }),
    }),
    job: t.field({
      type: JobRef,
      nullable: true,
      description: "The job that tries the open failures again; null where none was asked for.",
      resolve: ({ job }, _args, { storage }) => (job === null ? null : storage.job(job)),
    }),
  }),
});

/** Makes a new version, where it says something new; and tries the client's open failures again, where asked to. */
const changeProfile = async (
  context: RequestContext,
  act: ProfileChange,
  { isReprocessing }: { readonly isReprocessing: boolean },
): Promise<Change> => {
  const { storage, profiles } = context;
  const { client } = act;
  const lastVersion = async () => (await storage.profileVersions(client)).versions.at(-1) ?? null;
  if (!isInForce(act, await lastVersion())) {
    const [performed] = await storage.perform([act]);
    if (performed?.kind === "refused") throw new AppError("BAD_USER_INPUT", performed.reason);
    await profiles.refresh();
  }
  const plan = { kind: "RETRY", filter: failuresOf(client), client } as const;
  const job = isReprocessing ? await startJob(context, { plan, client }) : null;
  return { profile: await lastVersion(), client, job };
};

/** A profile may heal also what could not even be known to be the client's. */
const failuresOf = (client: string): FailureFilter => ({ clients: [client], withoutClient: true, states: ["OPEN"] });

/** The same profile again is no new version. */
const isInForce = ({ profile, ifVersion }: ProfileChange, last: ProfileVersion | null): boolean =>
  profile !== null &&
  JSON.stringify(profile) === JSON.stringify(last?.profile) &&
  (ifVersion === undefined || ifVersion === last?.version);

builder.queryFields((t) => ({
  clientProfile: t.field({
    type: ClientProfileRef,
    nullable: true,
    description: "The profile of a client; null where it has none, and its events are read by the rules alone.",
    args: { client: t.arg.string({ required: true, description: "The client." }) },
    resolve: async (_root, { client }, { storage }) =>
      withProfile((await storage.profileVersions(readClient(client))).versions.at(-1)),
  }),
  previewClientProfile: t.field({
    type: RetryPreviewRef,
    description:
      "What would become of a client's open failures if it had this profile: nothing is stored. With null, if it had none.",
    args: {
      client: t.arg.string({ required: true, description: "The client." }),
      profile: t.arg({ type: ClientProfileInput, description: "The profile to try." }),
    },
    resolve: async (_root, { client: name, profile }, context) => {
      const client = readClient(name);
      const parsed = profile ? parseProfile(profile as ProfileText) : null;
      await context.profiles.refresh();
      return forecast(context, failuresOf(client), { client, book: context.profiles.book.with(client, parsed) });
    },
  }),
}));

builder.queryField("clientProfiles", (t) =>
  t.connection(
    {
      type: ClientProfileRef,
      description: "The profiles in force, those first that were changed last.",
      resolve: (_root, args, { storage }) =>
        readPage(
          {
            ...{ name: "profiles", databaseId: storage.databaseId, order: "descending" },
            positionOf: ({ seq }: ProfileVersion) => seq,
            rows: async (range) => (await storage.profiles(range)).map((row) => ({ ...row, ...profileOf(row) })),
          },
          args,
        ),
    },
    { name: "ClientProfileConnection", description: "A page of profiles." },
    { name: "ClientProfileEdge", description: "A profile in a page." },
  ),
);

const profileOf = ({ profile }: ProfileVersion) => ({ profile: profile ?? defaultProfile });

const ifVersion =
  "Only where the profile has this version now, 0 for none: so that nobody's change is overwritten unseen.";

builder.mutationFields((t) => ({
  setClientProfile: t.field({
    type: ProfileChangeRef,
    description:
      "Gives a client this profile, as a new version. Events received from now on are read with it; what was counted stays as it is.",
    args: {
      client: t.arg.string({ required: true, description: "The client." }),
      profile: t.arg({ type: ClientProfileInput, required: true, description: "The whole profile." }),
      reprocess: t.arg.boolean({
        defaultValue: false,
        description: "Whether the client's open failures are tried again with it, as a job.",
      }),
      ifVersion: t.arg.int({ description: ifVersion }),
    },
    resolve: (_root, { client, profile, reprocess, ifVersion }, context) => {
      const act = {
        ...({ action: "PROFILE_SET", by: context.principal, client: readClient(client) } as const),
        ...{ profile: parseProfile(profile as ProfileText), ifVersion: ifVersion ?? undefined },
      };
      return changeProfile(context, act, { isReprocessing: reprocess ?? false });
    },
  }),
  deleteClientProfile: t.field({
    type: ProfileChangeRef,
    description: "Takes the profile of a client away. Its versions stay known, and what was counted stays as it is.",
    args: {
      client: t.arg.string({ required: true, description: "The client." }),
      ifVersion: t.arg.int({ description: ifVersion }),
    },
    resolve: (_root, { client, ifVersion }, context) => {
      const act = {
        ...({ action: "PROFILE_DELETED", by: context.principal, client: readClient(client) } as const),
        ...{ profile: null, ifVersion: ifVersion ?? undefined },
      };
      return changeProfile(context, act, { isReprocessing: false });
    },
  }),
}));
