// A token with its secret, for as long as somebody looks at it: it is shown this once.
import { onMount } from "solid-js";
import { CopyButton } from "../components/CopyButton.tsx";

export interface Issued {
  readonly text: string;
  readonly name: string | null;
  /** What becomes of the secret before it, where there was one. */
  readonly hint: string | null;
}

export const IssuedToken = (props: { issued: Issued; onDone: () => void }) => {
  let panel: HTMLElement | undefined;
  onMount(() => panel?.focus());
  return (
    <section class="issued" tabindex="-1" aria-labelledby="issued-title" ref={panel}>
      <h2 id="issued-title">{props.issued.name ?? "The token"}: copy it now</h2>
      <p>It is shown this once. The server keeps only a hash of it. {props.issued.hint}</p>
      <output class="issued-text">{props.issued.text}</output>
      <div class="buttons">
        <CopyButton text={props.issued.text} label="Copy" name="Copy the token" />
        <button type="button" onClick={() => props.onDone()}>
          I have it
        </button>
      </div>
    </section>
  );
};
