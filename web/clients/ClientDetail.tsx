// One client: what comes from it and how, how its events are read, tried out before it is saved, and what that would
// change in what was counted.
import { useClient } from "@urql/solid";
import { For, Show } from "solid-js";
import { useNews } from "../api/news.ts";
import { openFailuresOf, ProfileQuery, type ProfileVersion } from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { CopyableAge } from "../components/Age.tsx";
import { Detail } from "../components/Detail.tsx";
import { Notice } from "../components/Notice.tsx";
import { ClientFormats } from "./ClientFormats.tsx";
import { ClientSummary } from "./ClientSummary.tsx";
import { ProfileForm } from "./ProfileForm.tsx";
import { draftOf, toInput } from "./profile-draft.ts";
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
            <ClientSummary client={props.client} />
            <ClientFormats client={props.client} />
            <ProfileForm
              client={props.client}
              profile={profile()}
              openFailures={known().failedEvents.totalCount}
              onChange={query.refresh}
            />
            <Reprocessing client={props.client} />
            <History versions={profile()?.history ?? []} />
          </>
        )}
      </Show>
    </Detail>
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
