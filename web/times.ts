// In whose zone instants are written: the viewer's, or UTC as the server keeps them; remembered in this browser.
import { createRoot, createSignal } from "solid-js";

export const timeZones = ["local", "UTC"] as const;
export type TimeZone = (typeof timeZones)[number];

const KEY = "surecount.times.1";

const storedTimeZone = (): TimeZone => {
  try {
    const stored = localStorage.getItem(KEY);
    return timeZones.find((zone) => zone === stored) ?? "local";
  } catch {
    return "local";
  }
};

const [chosen, setChosen] = createRoot(() => createSignal(storedTimeZone()));

/** The zone in which all instants of the page are written now. */
export const timeZone = chosen;

/** Writes all instants in this zone, now and on the next visit. */
export const chooseTimeZone = (zone: TimeZone): void => {
  setChosen(zone);
  try {
    localStorage.setItem(KEY, zone);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
};
