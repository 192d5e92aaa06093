// The tokens in rows, each with what can be done about it. What cannot be undone is asked for twice.
import { useClient } from "@urql/solid";
import { createSignal, For, Match, Show, Switch } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { RevokeTokenMutation, RotateTokenMutation, type Token } from "../api/token-operations.ts";
import { now } from "../clock.ts";
import { CopyableAge, Instant } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import type { Issued } from "./IssuedToken.tsx";

const DAY_SECONDS = 86_400;

interface Actions {
  readonly onIssued: (issued: Issued) => void;
  readonly onChanged: () => void;
}

export const TokenTable = (props: { rows: readonly Token[] } & Actions) => (
  <table class="table token-table">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Scopes</th>
        <th scope="col">Clients</th>
        <th scope="col">Last used</th>
        <th scope="col">Ends</th>
        <th scope="col">
          <span class="visually-hidden">What can be done</span>
        </th>
      </tr>
    </thead>
    <tbody>
      <For each={props.rows}>
        {(token) => <TokenRow token={token} onIssued={props.onIssued} onChanged={props.onChanged} />}
      </For>
    </tbody>
  </table>
);

const TokenRow = (props: { token: Token } & Actions) => {
  const [step, setStep] = createSignal<"idle" | "rotate" | "revoke">("idle");
  const isActive = () => props.token.state === "ACTIVE";
  return (
    <>
      <tr data-state={props.token.state}>
        <td>
          <strong>{props.token.name ?? "without a name"}</strong>
          <code class="token-id">{props.token.id}</code>
        </td>
        <td data-label="Scopes">{props.token.scopes.join(", ").toLowerCase()}</td>
        <td class="token-clients" data-label="Clients">
          {props.token.clients?.join(", ") ?? <span class="quiet">all</span>}
        </td>
        <td data-label="Last used">
          <Show when={props.token.lastUsedAt} fallback={<span class="quiet">never</span>}>
            {(at) => <CopyableAge at={at()} />}
          </Show>
        </td>
        <td data-label="Ends">
          <End token={props.token} />
          <Show when={isActive() && props.token.previousSecretUntil}>
            {(until) => (
              <Show when={Date.parse(until()) > now()}>
                <span class="token-former">
                  the secret before: <Instant at={until()} />
                </span>
              </Show>
            )}
          </Show>
        </td>
        <td>
          <Show when={isActive() && step() === "idle"}>
            <div class="token-actions">
              <button type="button" onClick={() => setStep("rotate")}>
                Rotate
              </button>
              <button type="button" onClick={() => setStep("revoke")}>
                Revoke
              </button>
            </div>
          </Show>
        </td>
      </tr>
      <Show when={step() !== "idle"}>
        <tr class="token-confirm">
          <td colspan={6}>
            <Switch>
              <Match when={step() === "rotate"}>
                <Rotation token={props.token} onIssued={props.onIssued} onEnd={() => setStep("idle")} />
              </Match>
              <Match when={step() === "revoke"}>
                <Revocation token={props.token} onChanged={props.onChanged} onEnd={() => setStep("idle")} />
              </Match>
            </Switch>
          </td>
        </tr>
      </Show>
    </>
  );
};

const End = (props: { token: Token }) => (
  <Switch fallback={<span class="quiet">never</span>}>
    <Match when={props.token.revokedAt}>
      {(at) => (
        <>
          revoked <CopyableAge at={at()} />
          <Show when={props.token.revokedBy}>{(by) => <span class="quiet"> by {by()}</span>}</Show>
        </>
      )}
    </Match>
    <Match when={props.token.expiresAt}>
      {(at) => (
        <>
          <Show when={props.token.state === "EXPIRED"} fallback={<Instant at={at()} />}>
            expired <CopyableAge at={at()} />
          </Show>
        </>
      )}
    </Match>
  </Switch>
);

const Rotation = (props: { token: Token; onIssued: (issued: Issued) => void; onEnd: () => void }) => {
  const deed = createDeed(useClient(), RotateTokenMutation);
  const rotate = async (graceSeconds: number) => {
    const done = await deed.run({ id: props.token.id, graceSeconds });
    if (!done) return;
    const hint = graceSeconds === 0 ? "The secret before holds no more." : "The secret before holds for another day.";
    props.onEnd();
    props.onIssued({ text: done.rotateToken.text, name: done.rotateToken.token.name, hint });
  };
  return (
    <>
      <p>Gives it a new secret. For how long shall the one before hold as well?</p>
      <Show when={deed.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <div class="buttons">
        <button type="button" class="primary" disabled={deed.isDoing()} onClick={() => rotate(DAY_SECONDS)}>
          A day
        </button>
        <button type="button" disabled={deed.isDoing()} onClick={() => rotate(0)}>
          Not at all
        </button>
        <button type="button" onClick={() => props.onEnd()}>
          Cancel
        </button>
      </div>
    </>
  );
};

const Revocation = (props: { token: Token; onChanged: () => void; onEnd: () => void }) => {
  const deed = createDeed(useClient(), RevokeTokenMutation);
  const revoke = async () => {
    if (!(await deed.run({ id: props.token.id }))) return;
    props.onEnd();
    props.onChanged();
  };
  return (
    <>
      <p>
        Ends {props.token.name ?? props.token.id} for good. Whoever uses it is refused at once, and its open connections
        are closed within seconds.
      </p>
      <Show when={deed.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <div class="buttons">
        <button type="button" class="primary" disabled={deed.isDoing()} onClick={revoke}>
          Revoke it
        </button>
        <button type="button" onClick={() => props.onEnd()}>
          Cancel
        </button>
      </div>
    </>
  );
};
