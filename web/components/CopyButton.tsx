// Copies a text and says so.
import { createSignal } from "solid-js";

/** How long it is said. */
export const SAID_MS = 2_000;

/** Whether it could be copied: not where the page came over plain HTTP from another machine. */
export const copyText = async (text: string): Promise<boolean> =>
  (await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )) ?? false;

/** A quiet one stands within a line of text; its `name` then says what it copies, and begins with its label. */
export const CopyButton = (props: { text: string; label: string; name?: string; isQuiet?: boolean }) => {
  const [state, setState] = createSignal<"idle" | "copied" | "failed">("idle");
  const copy = async () => {
    setState((await copyText(props.text)) ? "copied" : "failed");
    setTimeout(() => setState("idle"), SAID_MS);
  };
  const words = () => ({ idle: props.label, copied: "Copied", failed: "Select and copy by hand" })[state()];
  return (
    <button
      type="button"
      class={props.isQuiet ? "link copy-quiet" : undefined}
      aria-label={state() === "idle" ? props.name : undefined}
      onClick={copy}
    >
      <span aria-live="polite">{words()}</span>
    </button>
  );
};
