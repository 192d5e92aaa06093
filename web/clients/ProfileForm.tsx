// How a client's events are read: typed, tried on its open failures, and saved. What is typed is never lost to a version
// that somebody else saves meanwhile.
import { useClient } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { useJobs } from "../api/jobs.ts";
import {
  DeleteProfileMutation,
  PreviewProfileQuery,
  type Profile,
  SetProfileMutation,
} from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { operating, useWhyNot } from "../api/viewer.ts";
import { CopyableAge } from "../components/Age.tsx";
import { Forecast } from "../components/Forecast.tsx";
import { IfAllowed } from "../components/IfAllowed.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatPlural } from "../format.ts";
import { ProfileFields } from "./ProfileFields.tsx";
import {
  draftOf,
  type EditedDraft,
  flawsIn,
  flawsOf,
  isOvertaken,
  isSameDraft,
  moveDraft,
  type ProfileDraft,
  toInput,
} from "./profile-draft.ts";

export const ProfileForm = (props: {
  client: string;
  profile: Profile | null;
  openFailures: number;
  onChange: () => Promise<void>;
}) => {
  const api = useClient();
  const jobs = useJobs();
  const [typed, setTyped] = createSignal<EditedDraft>();
  const [isReprocessing, setReprocessing] = createSignal(true);
  const [tried, setTried] = createSignal<ProfileDraft>();
  const saving = createDeed(api, SetProfileMutation);
  const saved = () => draftOf(props.profile);
  /** What differs from what is saved; once that says the same, nothing was typed. */
  const edited = () => {
    const known = typed();
    return known && !isSameDraft(known.draft, saved()) ? known : undefined;
  };
  const draft = () => edited()?.draft ?? saved();
  const overtaken = () => {
    const known = edited();
    return known && isOvertaken(known, props.profile) ? known : undefined;
  };
  const edit = (draft: ProfileDraft) => setTyped({ draft, base: edited() ? (edited()?.base ?? null) : props.profile });
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
  const whyNot = useWhyNot(operating);
  const canSave = () => whyNot() === undefined && edited() !== undefined && overtaken() === undefined && !hasFlaws();
  const save = async () => {
    if (!canSave()) return;
    const ifVersion = props.profile?.version ?? 0;
    const given = { client: props.client, profile: toInput(draft()), reprocess: isReprocessing(), ifVersion };
    const done = await saving.run(given);
    if (done) jobs.follow(done.setClientProfile.job);
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
      <Show when={overtaken()}>
        {(known) => (
          <Overtaken
            edited={known()}
            profile={props.profile}
            onKeep={() => setTyped(moveDraft(known(), props.profile))}
            onDrop={() => setTyped(undefined)}
          />
        )}
      </Show>
      <ProfileFields draft={draft()} flaws={flaws()} onDraft={edit} />
      <Show when={overtaken() === undefined && fault()}>{(shown) => <Notice fault={shown()} />}</Show>
      <Show when={trial.data()?.previewClientProfile}>
        {(forecast) => (
          <div role="status" class="trial">
            <p>Of {formatPlural(forecast().total, "open failure")}, with this profile:</p>
            <Forecast forecast={forecast()} />
          </div>
        )}
      </Show>
      <IfAllowed need={operating}>
        <label class="choice">
          <input
            type="checkbox"
            checked={isReprocessing()}
            onChange={(event) => setReprocessing(event.currentTarget.checked)}
          />
          <span>Retry its {formatPlural(props.openFailures, "open failure")} with it</span>
        </label>
      </IfAllowed>
      <div class="buttons">
        <Show when={whyNot() === undefined}>
          <button type="submit" class="primary" disabled={!canSave() || saving.isDoing()}>
            Save the profile
          </button>
        </Show>
        <button type="button" disabled={hasFlaws()} onClick={() => setTried({ ...draft() })}>
          Try it on open failures
        </button>
        <Show when={whyNot() === undefined && props.profile}>
          {(profile) => <Deletion client={props.client} version={profile().version} onChange={props.onChange} />}
        </Show>
      </div>
    </form>
  );
};

/** Somebody else was faster: neither theirs nor what was typed here is thrown away unasked. */
const Overtaken = (props: { edited: EditedDraft; profile: Profile | null; onKeep: () => void; onDrop: () => void }) => (
  <div class="notice" role="alert">
    <p>
      <Show when={props.profile} fallback={<strong>Somebody has taken the profile away meanwhile.</strong>}>
        {(profile) => (
          <strong>
            Somebody has saved version {profile().version} meanwhile, <CopyableAge at={profile().at} />
            {profile().by === null ? "" : `, as ${profile().by}`}.
          </strong>
        )}
      </Show>{" "}
      What you typed over {props.edited.base ? `version ${props.edited.base.version}` : "an empty profile"} is still
      here.
    </p>
    <div class="buttons">
      <button type="button" onClick={() => props.onKeep()}>
        Put my changes upon theirs
      </button>
      <button type="button" onClick={() => props.onDrop()}>
        Drop mine
      </button>
    </div>
  </div>
);

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
