// A value that can be read in two ways, and the operator's answer: which reading this client means. First it is tried on
// all its open failures, then one click saves the rule and retries them.
import { useClient } from "@urql/solid";
import { createMemo, createSignal, For, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { useJobs } from "../api/jobs.ts";
import type { Problem } from "../api/operations.ts";
import { openFailuresOf, PreviewProfileQuery, ProfileQuery, SetProfileMutation } from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { operating } from "../api/viewer.ts";
import { inputOf } from "../clients/profile-draft.ts";
import { Forecast } from "../components/Forecast.tsx";
import { IfAllowed } from "../components/IfAllowed.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatJson, formatPlural } from "../format.ts";
import { type Reading, readingsOf } from "./readings.ts";

export const Readings = (props: { client: string | null; problem: Pick<Problem, "code" | "input"> }) => {
  // The same readings again are no news, so that the buttons stay, and with them the focus.
  const readings = createMemo(() => readingsOf(props.problem), [], {
    equals: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });
  return (
    <Show when={readings().length > 0}>
      <section class="readings" aria-labelledby="readings-title">
        <h3 id="readings-title">
          What does <code>{formatJson(props.problem.input)}</code> mean?
        </h3>
        <Show
          when={props.client}
          fallback={<p class="quiet">The client could not be read, so there is no profile to save an answer in.</p>}
        >
          {(client) => <Choice client={client()} readings={readings()} />}
        </Show>
      </section>
    </Show>
  );
};

const Choice = (props: { client: string; readings: readonly Reading[] }) => {
  const api = useClient();
  const jobs = useJobs();
  const [chosen, choose] = createSignal<Reading | null>(null);
  const profile = createQuery({
    client: api,
    document: ProfileQuery,
    variables: () => ({ client: props.client, open: openFailuresOf(props.client) }),
  });
  const rule = () => {
    const reading = chosen();
    const known = profile.data();
    return reading && known ? { ...inputOf(known.clientProfile), ...reading.answer } : null;
  };
  const variables = () => {
    const answer = rule();
    return answer && { client: props.client, profile: answer };
  };
  const preview = createQuery({ client: api, document: PreviewProfileQuery, variables });
  const saving = createDeed(api, SetProfileMutation);
  const save = async () => {
    const answer = rule();
    if (answer === null) return;
    const ifVersion = profile.data()?.clientProfile?.version ?? 0;
    const saved = await saving.run({ client: props.client, profile: answer, reprocess: true, ifVersion });
    if (!saved) return void profile.refresh();
    jobs.follow(saved.setClientProfile.job);
    choose(null);
    void profile.refresh();
  };
  return (
    <>
      <div class="reading-choices">
        <For each={props.readings}>
          {(reading) => (
            <button
              type="button"
              class="reading"
              aria-pressed={chosen()?.meaning === reading.meaning}
              onClick={() => choose(reading)}
            >
              <strong>{reading.meaning}</strong>
              <span>{reading.rule}</span>
            </button>
          )}
        </For>
      </div>
      <p class="quiet">
        It is never guessed. Your answer becomes a rule in the profile of {props.client}, for all that it sends.
      </p>
      <Show when={chosen()}>
        <div class="reading-trial" role="status" aria-busy={preview.isAsking()}>
          <Show when={preview.fault() ?? profile.fault()}>
            {(fault) => <Notice fault={fault()} onRetry={preview.refresh} />}
          </Show>
          <Show when={preview.data()?.previewClientProfile}>
            {(forecast) => (
              <>
                <p>
                  With this rule, of {formatPlural(forecast().total, "open failure")} of {props.client}:
                </p>
                <Forecast forecast={forecast()} />
                <Show when={saving.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
                <IfAllowed need={operating}>
                  <div class="buttons">
                    <button type="button" class="primary" disabled={saving.isDoing()} onClick={save}>
                      Save the rule and retry {formatPlural(forecast().total, "failure")}
                    </button>
                    <button type="button" onClick={() => choose(null)}>
                      Cancel
                    </button>
                  </div>
                </IfAllowed>
              </>
            )}
          </Show>
        </div>
      </Show>
    </>
  );
};
