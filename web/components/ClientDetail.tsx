// One client: how its events are read, tried out before it is saved, and what that would change in what was counted.
import { A } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { useJobs } from "../api/jobs.ts";
import { useNews } from "../api/news.ts";
import {
  DeleteProfileMutation,
  openFailuresOf,
  PreviewProfileQuery,
  type Profile,
  ProfileQuery,
  type ProfileVersion,
  SetProfileMutation,
} from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { formatPlural } from "../format.ts";
import { draftOf, flawsIn, flawsOf, type ProfileDraft, toInput } from "../profile-draft.ts";
import { CopyableAge } from "./Age.tsx";
import { Detail } from "./Detail.tsx";
import { Forecast } from "./Forecast.tsx";
import { Notice } from "./Notice.tsx";
import { ProfileFields } from "./ProfileFields.tsx";
import { Reprocessing } from "./Reprocessing.tsx";

export const ClientDetail = (props: { client: string; onClose: () => void }) => {
  const query = createQuery({
    client: useClient(),
    document: ProfileQuery,
    variables: () => ({ client: props.client, open: openFailuresOf(props.client) }),
  });
  useNews({ isNews: ({ client }) => client === props.client, task: query.refresh });
  const profile = () => query.data()?.clientProfile ?? null;
  return (
    <Detail title={props.client} label="Client" onClose={props.onClose}>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <Show when={query.data()} fallback={<p class="quiet late">Reading the profile</p>}>
        {(known) => (
          <>
            <p>
              <A href={`/failures?client=${encodeURIComponent(props.client)}`}>
                {formatPlural(known().failedEvents.totalCount, "open failure")}
              </A>
            </p>
            {/* A newer version is another form: what was typed belongs to the version that it was typed over. */}
            <Show when={`version ${profile()?.version ?? 0}`} keyed>
              <ProfileForm
                client={props.client}
                profile={profile()}
                openFailures={known().failedEvents.totalCount}
                onChange={query.refresh}
              />
            </Show>
            <Reprocessing client={props.client} />
            <History versions={profile()?.history ?? []} />
          </>
        )}
      </Show>
    </Detail>
  );
};

const ProfileForm = (props: {
  client: string;
  profile: Profile | null;
  openFailures: number;
  onChange: () => Promise<void>;
}) => {
  const api = useClient();
  const jobs = useJobs();
  const [draft, setDraft] = createSignal<ProfileDraft>(draftOf(props.profile));
  const [isReprocessing, setReprocessing] = createSignal(true);
  const [tried, setTried] = createSignal<ProfileDraft>();
  const saving = createDeed(api, SetProfileMutation);
  const input = () => toInput(draft());
  const trial = createQuery({
    client: api,
    document: PreviewProfileQuery,
    variables: () => {
      const shown = tried();
      return shown ? { client: props.client, profile: toInput(shown) } : null;
    },
  });
  const fault = () => saving.fault() ?? trial.fault();
  const flaws = () => ({ ...flawsIn(fault()?.problems ?? []), ...flawsOf(draft()) });
  const hasFlaws = () => Object.keys(flawsOf(draft())).length > 0;
  const isChanged = () => JSON.stringify(input()) !== JSON.stringify(toInput(draftOf(props.profile)));
  const save = async () => {
    if (hasFlaws()) return;
    const ifVersion = props.profile?.version ?? 0;
    const given = { client: props.client, profile: input(), reprocess: isReprocessing(), ifVersion };
    const saved = await saving.run(given);
    if (!saved) return;
    jobs.follow(saved.setClientProfile.job);
    await props.onChange();
  };
  return (
    <form
      class="profile"
      aria-labelledby="profile-title"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h3 id="profile-title">
        Profile <span class="quiet">{props.profile ? `version ${props.profile.version}` : "none yet"}</span>
      </h3>
      <ProfileFields draft={draft()} flaws={flaws()} onDraft={setDraft} />
      <Show when={fault()}>{(shown) => <Notice fault={shown()} />}</Show>
      <Show when={trial.data()?.previewClientProfile}>
        {(forecast) => (
          <div role="status" class="trial">
            <p>Of {formatPlural(forecast().total, "open failure")}, with this profile:</p>
            <Forecast forecast={forecast()} />
          </div>
        )}
      </Show>
      <label class="choice">
        <input
          type="checkbox"
          checked={isReprocessing()}
          onChange={(event) => setReprocessing(event.currentTarget.checked)}
        />
        <span>Retry its {formatPlural(props.openFailures, "open failure")} with it</span>
      </label>
      <div class="buttons">
        <button type="submit" class="primary" disabled={!isChanged() || hasFlaws() || saving.isDoing()}>
          Save the profile
        </button>
        <button type="button" disabled={hasFlaws()} onClick={() => setTried({ ...draft() })}>
          Try it on open failures
        </button>
        <Show when={props.profile}>
          {(profile) => <Deletion client={props.client} version={profile().version} onChange={props.onChange} />}
        </Show>
      </div>
    </form>
  );
};

/** Its versions stay known, so it can be made again: one question is enough. */
const Deletion = (props: { client: string; version: number; onChange: () => Promise<void> }) => {
  const deleting = createDeed(useClient(), DeleteProfileMutation);
  const [isAsked, ask] = createSignal(false);
  const remove = async () => {
    if (await deleting.run({ client: props.client, ifVersion: props.version })) await props.onChange();
  };
  return (
    <>
      <Show
        when={isAsked()}
        fallback={
          <button type="button" onClick={() => ask(true)}>
            Delete…
          </button>
        }
      >
        <button type="button" disabled={deleting.isDoing()} onClick={remove}>
          Delete the profile
        </button>
        <button type="button" onClick={() => ask(false)}>
          Keep it
        </button>
        <span class="quiet">What was counted stays; its versions stay known.</span>
      </Show>
      <Show when={deleting.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
    </>
  );
};

const History = (props: { versions: readonly ProfileVersion[] }) => (
  <section>
    <h3>Versions</h3>
    <Show
      when={props.versions.length > 0}
      fallback={<p class="quiet">None: its events are read by the rules alone.</p>}
    >
      <ol class="log">
        <For each={props.versions}>
          {(version, index) => (
            <li>
              <p class="log-line">
                <span>Version {version.version}</span>
                <span class="quiet">
                  <CopyableAge at={version.at} />
                  {version.by === null ? "" : ` by ${version.by}`}
                </span>
              </p>
              <p class="quiet">{changesOf(version, props.versions[index() + 1])}</p>
            </li>
          )}
        </For>
      </ol>
    </Show>
  </section>
);

/** What a version changed against the one before it. */
const changesOf = ({ profile }: ProfileVersion, before: ProfileVersion | undefined): string => {
  if (profile === null) return "Took the profile away.";
  const [now, then] = [toInput(draftOf(profile)), toInput(draftOf(before?.profile ?? null))];
  const changed = Object.entries(now).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(then[field as keyof typeof then]),
  );
  return changed.map(([field, value]) => `${field}: ${textOf(value)}`).join(" · ") || "As before.";
};

const textOf = (value: unknown): string => {
  if (value === null) return "not set";
  if (typeof value !== "object") return String(value);
  const named = Object.entries(value as Record<string, readonly string[]>).filter(([, names]) => names.length > 0);
  return named.map(([fact, names]) => `${fact} = ${names.join(", ")}`).join("; ") || "none";
};
