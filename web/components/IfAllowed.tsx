// What the viewer may not do is not offered. In its place stands why, so that nobody looks for it in vain; where the place
// does not tell, `what` says what is missing.
import { type ParentProps, Show } from "solid-js";
import { type Need, useSession, whyNot } from "../api/viewer.ts";

export const IfAllowed = (props: ParentProps<{ need: Need; what?: string }>) => {
  const { standing } = useSession();
  return (
    <Show when={whyNot(standing(), props.need)} fallback={props.children}>
      {(reason) => (
        <p class="quiet">
          {props.what} {reason()}
        </p>
      )}
    </Show>
  );
};
