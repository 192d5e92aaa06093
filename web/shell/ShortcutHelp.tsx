// Listens for the keys, and lists on `?` what each of them does here.
import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import {
  activeShortcuts,
  areShortcutsOn,
  isTypingIn,
  type Shortcut,
  shortcutFor,
  switchShortcuts,
} from "../shortcuts.ts";

const keyNames: Readonly<Record<string, string>> = { Escape: "Esc" };

export const ShortcutHelp = () => {
  const [shown, show] = createSignal<readonly Shortcut[]>();
  let dialog: HTMLDialogElement | undefined;
  const help: Shortcut = {
    key: "?",
    label: "Show this list",
    run: () => {
      show([...activeShortcuts(), help]);
      dialog?.showModal();
    },
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isTyping = isTypingIn(event.target);
    // The way out of a field by keyboard, back to where single keys work.
    if (event.key === "Escape" && isTyping && !dialog?.open) return (event.target as HTMLElement).blur();
    const on = areShortcutsOn() ? [help, ...activeShortcuts()] : [];
    const shortcut = shortcutFor(event, { isTyping, shortcuts: on });
    if (!shortcut || event.defaultPrevented) return;
    event.preventDefault();
    shortcut.run();
  };
  onMount(() => document.addEventListener("keydown", onKeyDown));
  onCleanup(() => document.removeEventListener("keydown", onKeyDown));
  return (
    <>
      <button type="button" class="link shortcut-open" onClick={() => help.run()}>
        Shortcuts <kbd>?</kbd>
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="shortcuts-title" onClose={() => show(undefined)}>
        <Show when={shown()}>
          {(shortcuts) => (
            <form method="dialog" class="dialog-body">
              <h2 id="shortcuts-title">Keyboard shortcuts</h2>
              <dl class="shortcuts">
                <For each={shortcuts()}>
                  {(shortcut) => (
                    <div>
                      <dt>
                        <kbd>{keyNames[shortcut.key] ?? shortcut.key}</kbd>
                      </dt>
                      <dd>{shortcut.label}</dd>
                    </div>
                  )}
                </For>
              </dl>
              <label class="choice">
                <input
                  type="checkbox"
                  checked={areShortcutsOn()}
                  onChange={(event) => switchShortcuts(event.currentTarget.checked)}
                />
                Single keys work where nobody types
              </label>
              <button type="submit">Close</button>
            </form>
          )}
        </Show>
      </dialog>
    </>
  );
};
