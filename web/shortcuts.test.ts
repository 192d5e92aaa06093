import { expect, test } from "vitest";
import { type Press, type Shortcut, shortcutFor } from "./shortcuts.ts";

const shortcuts: readonly Shortcut[] = ["j", "?"].map((key) => ({ key, label: key, run: () => {} }));
const press = (key: string, modifiers: Partial<Press> = {}): Press => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false },
  ...modifiers,
});
const meant = (pressed: Press, isTyping = false) => shortcutFor(pressed, { isTyping, shortcuts })?.key;

test("a key means its shortcut, also one that needs Shift", () => {
  expect(meant(press("j"))).toBe("j");
  expect(meant(press("?"))).toBe("?");
  expect(meant(press("x"))).toBeUndefined();
});

test("a key means itself while somebody types", () => {
  expect(meant(press("j"), true)).toBeUndefined();
  expect(meant(press("j", { isComposing: true }))).toBeUndefined();
});

test("a key with Ctrl, Alt or Command stays the browser's", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"] as const)
    expect(meant(press("j", { [modifier]: true }))).toBeUndefined();
});
