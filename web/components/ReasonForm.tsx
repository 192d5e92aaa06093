// Asks why, for those who come later, before something is done that can be taken back.
import { createSignal, onMount } from "solid-js";

const MAX_REASON_LENGTH = 500;

export const ReasonForm = (props: {
  /** What is about to be done: "Discard". */
  verb: string;
  /** What it means. */
  hint: string;
  isDoing: boolean;
  onReason: (reason: string) => void;
  onCancel: () => void;
}) => {
  const [reason, setReason] = createSignal("");
  let input: HTMLInputElement | undefined;
  onMount(() => input?.focus());
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason().trim() !== "") props.onReason(reason().trim());
  };
  return (
    <form class="reason" onSubmit={submit}>
      <div class="field">
        <label for="reason">Why?</label>
        <input
          id="reason"
          ref={input}
          value={reason()}
          maxlength={MAX_REASON_LENGTH}
          autocomplete="off"
          aria-describedby="reason-hint"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <p id="reason-hint" class="quiet">
          {props.hint}
        </p>
      </div>
      <div class="buttons">
        <button type="submit" class="primary" disabled={reason().trim() === "" || props.isDoing}>
          {props.verb}
        </button>
        <button type="button" onClick={() => props.onCancel()}>
          Cancel
        </button>
      </div>
    </form>
  );
};
