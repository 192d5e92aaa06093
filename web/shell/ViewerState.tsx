// Who is looking, said quietly at the foot of the rail.
import { A } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { useSession } from "../api/viewer.ts";

export const ViewerState = () => {
  const session = useSession();
  const viewer = () => {
    const standing = session.standing();
    return standing.kind === "known" ? standing.viewer : undefined;
  };
  return (
    <Show when={viewer()}>
      {(known) => (
        <p class="viewer">
          <Switch>
            <Match when={known().auth === "OPEN"}>
              <A href="/tokens" title="There is no token yet. With the first one, every request needs one.">
                Open to this machine
              </A>
            </Match>
            <Match when={known().auth === "OFF"}>
              <A href="/tokens" title="The server was started with AUTH=off: tokens are not asked for.">
                Open to everyone
              </A>
            </Match>
            <Match when={known().auth === "REQUIRED"}>
              <span title={known().scopes.join(", ").toLowerCase()}>{known().name ?? `token ${known().token}`}</span>
              <button type="button" class="link" onClick={() => void session.signOut()}>
                Sign out
              </button>
            </Match>
          </Switch>
        </p>
      )}
    </Show>
  );
};
