// One endpoint: how it is, what it is told, and what can be done with it.
import { useClient } from "@urql/solid";
import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js";
import { createDeed } from "../api/deed.ts";
import {
  DeleteEndpointMutation,
  DisableEndpointMutation,
  EnableEndpointMutation,
  type Endpoint,
  RotateSecretMutation,
  TestEndpointMutation,
  type Tested,
} from "../api/webhook-operations.ts";
import { CopyableAge } from "../components/Age.tsx";
import { Detail } from "../components/Detail.tsx";
import { Notice } from "../components/Notice.tsx";
import { ReasonForm } from "../components/ReasonForm.tsx";
import { formatCount } from "../format.ts";
import { DeliveryList } from "./DeliveryList.tsx";
import { EndpointForm } from "./EndpointForm.tsx";
import { EndpointMark } from "./Marks.tsx";
import { Secret } from "./Secret.tsx";
import { untilText } from "./until.ts";
import { becauseWords, typeOf } from "./webhook-words.ts";

type Asking = "none" | "edit" | "rotate" | "disable" | "delete";

export const EndpointDetail = (props: {
  endpoint: Endpoint;
  /** Of one that was made just now. */
  secret: string | undefined;
  onSecret: (secret: string | undefined) => void;
  onChange: () => void;
  onClose: () => void;
}) => {
  const client = useClient();
  const [asking, ask] = createSignal<Asking>("none");
  const [tested, setTested] = createSignal<Tested>();
  const testing = createDeed(client, TestEndpointMutation);
  const rotating = createDeed(client, RotateSecretMutation);
  const enabling = createDeed(client, EnableEndpointMutation);
  const disabling = createDeed(client, DisableEndpointMutation);
  const deleting = createDeed(client, DeleteEndpointMutation);
  const fault = () => [testing, rotating, enabling, disabling, deleting].map((deed) => deed.fault()).find(Boolean);
  const id = () => props.endpoint.id;
  const done = () => {
    ask("none");
    props.onChange();
  };
  const test = async () => {
    setTested(undefined);
    setTested((await testing.run({ id: id() }))?.testWebhookEndpoint);
    props.onChange();
  };
  const rotate = async (graceSeconds: number) => {
    const answer = await rotating.run({ id: id(), graceSeconds });
    if (!answer) return;
    props.onSecret(answer.rotateWebhookSecret.secret);
    done();
  };
  const enable = async (skipMissed: boolean) => {
    if (await enabling.run({ id: id(), skipMissed })) done();
  };
  const disable = async (reason: string) => {
    if (await disabling.run({ id: id(), reason })) done();
  };
  const remove = async () => {
    if (!(await deleting.run({ id: id() }))) return;
    props.onChange();
    props.onClose();
  };

  return (
    <Detail title={props.endpoint.name} label="Endpoint" onClose={props.onClose}>
      <Show when={props.secret}>
        {(secret) => <Secret secret={secret()} onSeen={() => props.onSecret(undefined)} />}
      </Show>
      <Standing endpoint={props.endpoint} />
      <Show when={fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <Switch
        fallback={
          <div class="buttons">
            <button type="button" disabled={testing.isDoing()} onClick={test}>
              {testing.isDoing() ? "Sending a test" : "Send a test"}
            </button>
            <Show
              when={props.endpoint.isEnabled}
              fallback={
                <>
                  <button type="button" disabled={enabling.isDoing()} onClick={() => enable(false)}>
                    Enable, go on where it stood
                  </button>
                  <button type="button" disabled={enabling.isDoing()} onClick={() => enable(true)}>
                    Enable, from now on
                  </button>
                </>
              }
            >
              <button type="button" onClick={() => ask("disable")}>
                Disable
              </button>
            </Show>
            <button type="button" onClick={() => ask("edit")}>
              Edit
            </button>
            <button type="button" onClick={() => ask("rotate")}>
              New secret
            </button>
            <button type="button" onClick={() => ask("delete")}>
              Delete
            </button>
          </div>
        }
      >
        <Match when={asking() === "edit"}>
          <EndpointForm endpoint={props.endpoint} onDone={done} onCancel={() => ask("none")} />
        </Match>
        <Match when={asking() === "rotate"}>
          <Question text="Replace the secret? The one before goes on signing beside it for as long as you say, so that deliveries can be checked with either.">
            <button type="button" disabled={rotating.isDoing()} onClick={() => rotate(86_400)}>
              Both for a day
            </button>
            <button type="button" disabled={rotating.isDoing()} onClick={() => rotate(0)}>
              The new one alone, at once
            </button>
            <button type="button" onClick={() => ask("none")}>
              Cancel
            </button>
          </Question>
        </Match>
        <Match when={asking() === "disable"}>
          <ReasonForm
            verb="Disable"
            hint="It is told nothing until it is enabled again, and keeps its place in the log."
            isDoing={disabling.isDoing()}
            onReason={disable}
            onCancel={() => ask("none")}
          />
        </Match>
        <Match when={asking() === "delete"}>
          <Question text={`Delete ${props.endpoint.name}, with its deliveries and attempts? This cannot be undone.`}>
            <button type="button" disabled={deleting.isDoing()} onClick={remove}>
              Delete for good
            </button>
            <button type="button" onClick={() => ask("none")}>
              Keep it
            </button>
          </Question>
        </Match>
      </Switch>
      <Show when={tested()}>{(tested) => <TestAnswer tested={tested()} />}</Show>
      <DeliveryList endpoint={props.endpoint} onChange={props.onChange} />
      <About endpoint={props.endpoint} />
    </Detail>
  );
};

const Question = (props: { text: string; children: JSX.Element }) => (
  <div class="reason">
    <p>{props.text}</p>
    <div class="buttons">{props.children}</div>
  </div>
);

/** How it is, in a line. */
const Standing = (props: { endpoint: Endpoint }) => (
  <p class="webhook-standing">
    <EndpointMark endpoint={props.endpoint} />
    <Switch>
      <Match when={props.endpoint.disabledBecause}>
        {(because) => (
          <span>
            {becauseWords[because()]} {props.endpoint.reason ? `“${props.endpoint.reason}”` : ""}{" "}
            <Show when={props.endpoint.disabledAt}>{(at) => <CopyableAge at={at()} />}</Show>
          </span>
        )}
      </Match>
      <Match when={props.endpoint.failingSince}>
        {(since) => (
          <span>
            Has taken nothing since the attempt <CopyableAge at={since()} />
            <Show when={props.endpoint.nextAttemptAt}>{(at) => <>; the next one {untilText(at())}</>}</Show>.
          </span>
        )}
      </Match>
    </Switch>
    <span class="quiet">
      {formatCount(props.endpoint.waiting)} waiting, {formatCount(props.endpoint.lag)} entries behind
    </span>
  </p>
);

const TestAnswer = (props: { tested: Tested }) => (
  <Show when={props.tested.attempts[0]}>
    {(attempt) => (
      <div class="test-answer" role="status" data-state={props.tested.state}>
        <p>
          <strong>{props.tested.state === "DELIVERED" ? "The test was taken." : "The test was not taken."}</strong>{" "}
          {attempt().status === null ? attempt().error : `HTTP ${attempt().status}`}, {attempt().durationMs} ms
        </p>
        <Show when={attempt().response}>{(response) => <pre>{response()}</pre>}</Show>
      </div>
    )}
  </Show>
);

const About = (props: { endpoint: Endpoint }) => (
  <section>
    <h3>What it is told</h3>
    <dl class="facts circumstances">
      <div>
        <dt>URL</dt>
        <dd>
          <code>{props.endpoint.url}</code>
        </dd>
      </div>
      <div>
        <dt>Kinds</dt>
        <dd class="kind-names">
          <For each={props.endpoint.kinds}>{(kind) => <code>{typeOf(kind)}</code>}</For>
        </dd>
      </div>
      <div>
        <dt>Clients</dt>
        <dd>{props.endpoint.clients?.join(", ") ?? "all"}</dd>
      </div>
      <div>
        <dt>Window</dt>
        <dd>{props.endpoint.windowSeconds === 0 ? "none" : `${formatCount(props.endpoint.windowSeconds)} s`}</dd>
      </div>
      <div>
        <dt>Made</dt>
        <dd>
          <CopyableAge at={props.endpoint.createdAt} />
        </dd>
      </div>
      <Show when={props.endpoint.formerSecretsUntil}>
        {(until) => (
          <div>
            <dt>Secrets</dt>
            <dd>
              the former one signs too, until{" "}
              <time datetime={until()}>{until().slice(0, 16).replace("T", " ")} UTC</time>
            </dd>
          </div>
        )}
      </Show>
    </dl>
  </section>
);
