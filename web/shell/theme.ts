// Light, dark, or what the system says; remembered in this browser.

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const KEY = "surecount.theme.1";

/** What was chosen before; the system's where nothing was, or where the browser keeps nothing. */
export const storedTheme = (): Theme => {
  try {
    const stored = localStorage.getItem(KEY);
    return themes.find((theme) => theme === stored) ?? "system";
  } catch {
    return "system";
  }
};

/** Shows the theme now. */
export const applyTheme = (theme: Theme): void => {
  document.documentElement.dataset.theme = theme;
};

/** Shows the theme, and again on the next visit. */
export const chooseTheme = (theme: Theme): void => {
  applyTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
};
