// Makes a token: what it may be used for, for which clients, and until when.
import { useClient } from "@urql/solid";
import { createSignal, For, onMount, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { CreateTokenMutation, type Scope, type TokenWish } from "../api/token-operations.ts";
import { useSession } from "../api/viewer.ts";
import { Notice } from "../components/Notice.tsx";
import type { Issued } from "./IssuedToken.tsx";
import { clientsIn, endOf, lifetimes } from "./token-wish.ts";

const scopeWords: readonly (readonly [Scope, string])[] = [
  ["INGEST", "send events"],
  ["READ", "see what was sent and counted, follow it live"],
  ["OPERATE", "retry, discard, void, set profiles, run jobs"],
  ["ADMIN", "all of that, and manage tokens"],
];

export const TokenForm = (props: { isFirst: boolean; onMade: (issued: Issued) => void; onCancel: () => void }) => {
  const [name, setName] = createSignal("");
  const [chosen, setChosen] = createSignal<readonly Scope[]>([]);
  const [clients, setClients] = createSignal("");
  const [lifetime, setLifetime] = createSignal(lifetimes[1]?.name ?? "");
  const session = useSession();
  const deed = createDeed(useClient(), CreateTokenMutation);
  let first: HTMLInputElement | undefined;
  onMount(() => first?.focus());
  // Without one that may manage tokens, nobody could open the door again from here.
  const scopes = (): readonly Scope[] => (props.isFirst ? ["ADMIN"] : chosen());
  const isAdmin = () => scopes().includes("ADMIN");
  const toggle = (scope: Scope, isOn: boolean) =>
    setChosen(isOn ? [...chosen(), scope] : chosen().filter((one) => one !== scope));
  const makeAndSignIn = async (input: TokenWish) => {
    const made = await deed.run({ input });
    if (made) await session.signIn(made.createToken.text);
    return made;
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const bound = isAdmin() ? [] : clientsIn(clients());
    const input = {
      ...{ name: name().trim() || null, scopes: [...scopes()], expiresAt: endOf(lifetime(), Date.now()) },
      clients: bound.length === 0 ? null : [...bound],
    };
    const made = await (props.isFirst ? session.hold(() => makeAndSignIn(input)) : deed.run({ input }));
    if (made) props.onMade({ text: made.createToken.text, name: made.createToken.token.name, hint: null });
  };
  return (
    <form class="token-form" onSubmit={submit} aria-label="A new token">
      <Show when={props.isFirst}>
        <p class="token-wide">
          <strong>This is the first token.</strong> From then on every request needs one, so it is for you: it may do
          everything, and you are signed in with it.
        </p>
      </Show>
      <div class="field">
        <label for="token-name">Name</label>
        <input
          id="token-name"
          ref={first}
          value={name()}
          maxlength={100}
          autocomplete="off"
          placeholder="who or what uses it"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="token-lifetime">Ends</label>
        <select id="token-lifetime" onChange={(event) => setLifetime(event.currentTarget.value)}>
          <For each={lifetimes}>
            {(one) => (
              <option value={one.name} selected={one.name === lifetime()}>
                {one.name}
              </option>
            )}
          </For>
        </select>
      </div>
      <fieldset class="token-scopes">
        <legend>Scopes</legend>
        <For each={scopeWords}>
          {([scope, words]) => (
            <label>
              <input
                type="checkbox"
                checked={scopes().includes(scope)}
                disabled={props.isFirst}
                onChange={(event) => toggle(scope, event.currentTarget.checked)}
              />
              <span>
                <b>{scope.toLowerCase()}</b> <span class="quiet">{words}</span>
              </span>
            </label>
          )}
        </For>
      </fieldset>
      <div class="field">
        <label for="token-clients">Bound to clients</label>
        <textarea
          id="token-clients"
          rows={4}
          value={isAdmin() ? "" : clients()}
          disabled={isAdmin()}
          spellcheck={false}
          placeholder="one a line; none: all clients"
          aria-describedby="token-clients-hint"
          onInput={(event) => setClients(event.currentTarget.value)}
        />
        <p id="token-clients-hint" class="quiet">
          {isAdmin()
            ? "A token that may do everything is bound to no client."
            : "It sends for them and sees of them alone."}
        </p>
      </div>
      <div class="token-wide">
        <Show when={deed.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      </div>
      <div class="buttons token-wide">
        <button type="submit" class="primary" disabled={scopes().length === 0 || deed.isDoing()}>
          Make it
        </button>
        <button type="button" onClick={() => props.onCancel()}>
          Cancel
        </button>
        <Show when={scopes().length === 0}>
          <span class="quiet">Choose at least one scope.</span>
        </Show>
      </div>
    </form>
  );
};
