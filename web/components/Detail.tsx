// The frame of whatever is opened beside a list; on a narrow screen it lies over it. Esc or the button closes it.
import { type JSX, onCleanup, onMount } from "solid-js";
import { useShortcuts } from "../shortcuts.ts";

export const Detail = (props: { title: JSX.Element; label: string; onClose: () => void; children: JSX.Element }) => {
  let heading: HTMLHeadingElement | undefined;
  const opener = document.activeElement;
  useShortcuts(() => [{ key: "Escape", label: "Close what is open", run: () => props.onClose() }]);
  onMount(() => heading?.focus({ preventScroll: true }));
  onCleanup(() => {
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
  });
  return (
    <aside class="detail" aria-label={props.label}>
      <header class="detail-head">
        <h2 ref={heading} tabindex="-1">
          {props.title}
        </h2>
        <button type="button" onClick={() => props.onClose()}>
          Close <span class="visually-hidden">{props.label.toLowerCase()} </span>
          <kbd>Esc</kbd>
        </button>
      </header>
      <div class="detail-body">{props.children}</div>
    </aside>
  );
};
