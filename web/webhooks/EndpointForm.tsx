// Makes an endpoint, or changes one: where it is told, of what, about whom.
import { useClient } from "@urql/solid";
import { createSignal, For, onMount, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import {
  CreateEndpointMutation,
  type Endpoint,
  type EndpointInput,
  UpdateEndpointMutation,
  type WebhookKind,
} from "../api/webhook-operations.ts";
import { Notice } from "../components/Notice.tsx";
import { kindGroups, readNames, typeOf } from "./webhook-words.ts";

const DEFAULT_KINDS: readonly WebhookKind[] = ["EVENT_REJECTED", "EVENT_CONFLICT", "FAILURE_DEAD"];
const windows = [
  [0, "each by itself, at once"],
  [10, "10 seconds"],
  [60, "a minute"],
  [600, "10 minutes"],
  [3_600, "an hour"],
] as const;

export const EndpointForm = (props: {
  /** The endpoint to change; undefined for a new one. */
  endpoint?: Endpoint | undefined;
  /** With the secret of one that is new. */
  onDone: (made?: { readonly id: string; readonly secret: string }) => void;
  onCancel: () => void;
}) => {
  const client = useClient();
  const creating = createDeed(client, CreateEndpointMutation);
  const changing = createDeed(client, UpdateEndpointMutation);
  const before = props.endpoint;
  const [name, setName] = createSignal(before?.name ?? "");
  const [url, setUrl] = createSignal(before?.url ?? "");
  const [kinds, setKinds] = createSignal<readonly WebhookKind[]>(before?.kinds ?? DEFAULT_KINDS);
  const [clients, setClients] = createSignal(before?.clients?.join(", ") ?? "");
  const [windowSeconds, setWindow] = createSignal(before?.windowSeconds ?? 60);
  let first: HTMLInputElement | undefined;
  onMount(() => first?.focus());

  const fault = () => creating.fault() ?? changing.fault();
  const isDoing = () => creating.isDoing() || changing.isDoing();
  const canSave = () => name().trim() !== "" && url().trim() !== "" && kinds().length > 0 && !isDoing();
  const toggle = (kind: WebhookKind) =>
    setKinds((chosen) => (chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind]));

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!canSave()) return;
    const input: EndpointInput = {
      ...{ name: name().trim(), url: url().trim(), kinds: [...kinds()], windowSeconds: windowSeconds() },
      clients: readNames(clients())?.slice() ?? null,
    };
    if (before) {
      if (await changing.run({ id: before.id, input })) props.onDone();
      return;
    }
    const made = (await creating.run({ input }))?.createWebhookEndpoint;
    if (made) props.onDone({ id: made.endpoint.id, secret: made.secret });
  };

  return (
    <form class="endpoint-form" onSubmit={save}>
      <Show when={fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <div class="field">
        <label for="endpoint-name">Name</label>
        <input
          id="endpoint-name"
          ref={first}
          value={name()}
          maxlength={100}
          autocomplete="off"
          placeholder="such as On-call alerts"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="endpoint-url">URL</label>
        <input
          id="endpoint-url"
          type="url"
          value={url()}
          autocomplete="off"
          spellcheck={false}
          placeholder="https://"
          aria-describedby="endpoint-url-hint"
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
        <p id="endpoint-url-hint" class="quiet">
          By https, to an address that is public. The setting WEBHOOKS allows more.
        </p>
      </div>
      <For each={kindGroups}>
        {(group) => (
          <fieldset class="kind-choices">
            <legend>{group.name}</legend>
            <For each={group.kinds}>
              {([kind, words]) => (
                <label class="choice">
                  <input type="checkbox" checked={kinds().includes(kind)} onChange={() => toggle(kind)} />
                  <span>
                    {words} <code class="quiet">{typeOf(kind)}</code>
                  </span>
                </label>
              )}
            </For>
          </fieldset>
        )}
      </For>
      <div class="field">
        <label for="endpoint-window">Failures of one code are counted together for</label>
        <select id="endpoint-window" onChange={(event) => setWindow(Number(event.currentTarget.value))}>
          <For each={windowsWith(windowSeconds())}>
            {([seconds, words]) => (
              <option value={seconds} selected={seconds === windowSeconds()}>
                {words}
              </option>
            )}
          </For>
        </select>
      </div>
      <div class="field">
        <label for="endpoint-clients">Clients</label>
        <input
          id="endpoint-clients"
          value={clients()}
          autocomplete="off"
          spellcheck={false}
          placeholder="all"
          aria-describedby="endpoint-clients-hint"
          onInput={(event) => setClients(event.currentTarget.value)}
        />
        <p id="endpoint-clients-hint" class="quiet">
          Their exact names, with commas between. Empty: all, and what is about no client.
        </p>
      </div>
      <div class="buttons">
        <button type="submit" class="primary" disabled={!canSave()}>
          {before ? "Save" : "Make the endpoint"}
        </button>
        <button type="button" onClick={() => props.onCancel()}>
          Cancel
        </button>
      </div>
    </form>
  );
};

/** The usual spans, and the one at hand where it is none of them. */
const windowsWith = (seconds: number): readonly (readonly [number, string])[] =>
  windows.some(([usual]) => usual === seconds) ? windows : [...windows, [seconds, `${seconds} seconds`]];
