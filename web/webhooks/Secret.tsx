// The secret of an endpoint, which is shown this once.
import { CopyButton } from "../components/CopyButton.tsx";

export const Secret = (props: { secret: string; onSeen: () => void }) => (
  <div class="webhook-secret" role="status">
    <p>
      <strong>The secret, shown this once.</strong> Keep it where deliveries are checked; nobody can ask for it again.
    </p>
    <pre>{props.secret}</pre>
    <div class="buttons">
      <CopyButton text={props.secret} label="Copy the secret" />
      <button type="button" onClick={() => props.onSeen()}>
        I have it
      </button>
    </div>
  </div>
);
