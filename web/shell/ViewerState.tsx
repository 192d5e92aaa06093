// Who is looking, said quietly at the foot of the rail.
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
              <span title="There is no token yet. With the first one, every request needs one.">
                Open to this machine
              </span>
            </Match>
            <Match when={known().auth === "OFF"}>
              <span title="The server was started with AUTH=off.">Open to everyone</span>
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
