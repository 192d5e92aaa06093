// Who comes in: where the server wants a token, it is asked for before any room is shown. It goes to the server once and
// lives on in a cookie that no script can read; neither addresses nor this page keep it.
import { createSignal, Match, onMount, type ParentProps, Show, Switch } from "solid-js";
import { useSession } from "../api/viewer.ts";
import favicon from "../favicon.svg";
import "./entrance.css";

export const Entrance = (props: ParentProps) => {
  const session = useSession();
  onMount(() => void session.ask());
  const isIn = () => session.standing().kind === "known" || session.standing().kind === "unknown";
  return (
    <Switch>
      <Match when={isIn()}>{props.children}</Match>
      <Match when={session.standing().kind === "refused"}>
        <SignIn />
      </Match>
    </Switch>
  );
};

const SignIn = () => {
  const session = useSession();
  const [token, setToken] = createSignal("");
  const [fault, setFault] = createSignal<string | null>(null);
  const [isAsking, setAsking] = createSignal(false);
  let input: HTMLInputElement | undefined;
  onMount(() => {
    document.title = "Sign in · Surecount";
    input?.focus();
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setAsking(true);
    setFault(await session.signIn(token().trim()));
    setAsking(false);
    input?.select();
  };
  return (
    <main class="entrance">
      <form class="entrance-form" onSubmit={submit}>
        <h1>
          <img src={favicon} alt="" width="20" height="20" /> Surecount
        </h1>
        <p>This server asks for a token.</p>
        <div class="field">
          <label for="token">Token</label>
          <input
            id="token"
            ref={input}
            type="password"
            autocomplete="current-password"
            placeholder="sc_…"
            required
            value={token()}
            aria-describedby="token-hint"
            aria-invalid={fault() !== null}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </div>
        <Show when={fault()}>
          {(message) => (
            <div class="notice" role="alert">
              <p>{message()}</p>
            </div>
          )}
        </Show>
        <button type="submit" class="primary" disabled={token().trim() === "" || isAsking()}>
          Sign in
        </button>
        <p id="token-hint" class="quiet">
          Whoever runs the server makes one: <code>npm start -- token create --scopes read,operate</code>. It is kept
          until you sign out or close the browser.
        </p>
      </form>
    </main>
  );
};
