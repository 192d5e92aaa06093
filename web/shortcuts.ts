// Single keys that do something where nobody types. Whoever is on screen says what its keys do; of two that want the
// same key, the one that came later, and so lies on top, has it.
import { createRoot, createSignal, onCleanup } from "solid-js";

export interface Shortcut {
  /** As KeyboardEvent.key has it. */
  readonly key: string;
  readonly label: string;
  readonly run: () => void;
}

const KEY = "surecount.shortcuts.1";
const isStoredOff = (): boolean => {
  try {
    return localStorage.getItem(KEY) === "off";
  } catch {
    return false;
  }
};

const { layers, setLayers, isOn, setOn } = createRoot(() => {
  const [layers, setLayers] = createSignal<readonly (() => readonly Shortcut[])[]>([]);
  const [isOn, setOn] = createSignal(!isStoredOff());
  return { layers, setLayers, isOn, setOn };
});

/** Whether single keys do anything: some people's tools send keys that they did not mean. */
export const areShortcutsOn = isOn;

/** Switches them on or off, also for the next visit. */
export const switchShortcuts = (wanted: boolean): void => {
  setOn(wanted);
  try {
    localStorage.setItem(KEY, wanted ? "on" : "off");
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
};

/** Adds keys for as long as the component is on screen. */
export const useShortcuts = (shortcuts: () => readonly Shortcut[]): void => {
  setLayers((before) => [...before, shortcuts]);
  onCleanup(() => setLayers((before) => before.filter((layer) => layer !== shortcuts)));
};

/** All that work now, each key once, those on top first. */
export const activeShortcuts = (): readonly Shortcut[] => {
  const found = new Map<string, Shortcut>();
  for (const layer of layers().toReversed())
    for (const shortcut of layer()) if (!found.has(shortcut.key)) found.set(shortcut.key, shortcut);
  return [...found.values()];
};

export type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing">;

/** Which shortcut a key press means; none while somebody types, or with a modifier that the browser may want. */
export const shortcutFor = (
  press: Press,
  { isTyping, shortcuts }: { readonly isTyping: boolean; readonly shortcuts: readonly Shortcut[] },
): Shortcut | undefined => {
  if (isTyping || press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return undefined;
  return shortcuts.find(({ key }) => key === press.key);
};

/**
 * Whether keys belong to the element: a field, a list of choices, or anything in an open dialog. For a frame after a
 * dialog has closed its fields still have the keys, but nobody types there.
 */
export const isTypingIn = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("dialog:not([open])") === null &&
  target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null;
