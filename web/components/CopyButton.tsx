// Copies a text and says so.
import { createSignal } from "solid-js";

const SAID_MS = 2_000;

export const CopyButton = (props: { text: string; label: string }) => {
  const [state, setState] = createSignal<"idle" | "copied" | "failed">("idle");
  const copy = async () => {
    // Absent where the page came over plain HTTP from another machine.
    const isDone = await navigator.clipboard?.writeText(props.text).then(
      () => true,
      () => false,
    );
    setState(isDone ? "copied" : "failed");
    setTimeout(() => setState("idle"), SAID_MS);
  };
  const words = () => ({ idle: props.label, copied: "Copied", failed: "Select and copy by hand" })[state()];
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{words()}</span>
    </button>
  );
};
