// The tokens of styles.css as colours that a canvas understands, read again whenever the theme changes.

export interface Palette {
  /** The colour of a token (`--accepted`) as it is now; with less than full `opacity` where that is asked for. */
  color(token: string, opacity?: number): string;
  close(): void;
}

/** The colours in the place of `element`. `onChange` is called when they have become others. */
export const createPalette = (element: HTMLElement, onChange: () => void): Palette => {
  const known = new Map<string, string>();
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const forget = () => {
    known.clear();
    onChange();
  };
  const observer = new MutationObserver(forget);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  darkness.addEventListener("change", forget);

  return {
    color: (token, opacity = 1) => {
      const color = known.get(token) ?? resolveToken(element, token);
      known.set(token, color);
      return opacity === 1 ? color : color.replace(/^rgb\((.+)\)$/, `rgba($1, ${opacity})`);
    },
    close: () => {
      observer.disconnect();
      darkness.removeEventListener("change", forget);
    },
  };
};

/** A custom property is read back as it was written, `light-dark()` and all; only a colour that uses it is resolved. */
const resolveToken = (element: HTMLElement, token: string): string => {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};
