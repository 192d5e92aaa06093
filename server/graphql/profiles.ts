// Client profiles: how the events of one client are to be read, in versions that are never forgotten.
import type { ProfileChange } from "../domain/act.ts";
import { AppError } from "../domain/error.ts";
import type { FailureFilter } from "../domain/filter.ts";
import { defaultProfile, type ProfileVersion } from "../domain/profile.ts";
import { type ProfileText, parseProfile } from "../domain/profile-rules.ts";
import { readText } from "../domain/text.ts";
import { forecast } from "../pipeline/forecast.ts";
import { builder } from "./builder.ts";
import { ClientProfileInput, ClientProfileRef, withProfile } from "./client-profile.ts";
import type { RequestContext } from "./context.ts";
import { JobRef, startJob } from "./jobs.ts";
import { readPage } from "./page.ts";
import { RetryPreviewRef } from "./retry-preview.ts";

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
        ...({ action: "PROFILE_SET", by: context.principal.label, client: readClient(client) } as const),
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
        ...({ action: "PROFILE_DELETED", by: context.principal.label, client: readClient(client) } as const),
        ...{ profile: null, ifVersion: ifVersion ?? undefined },
      };
      return changeProfile(context, act, { isReprocessing: false });
    },
  }),
}));
