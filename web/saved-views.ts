// Views of the live feed by name: a few that come with it, and a person's own, remembered in this browser.
import { createRoot, createSignal } from "solid-js";
import { type EntryFilter, everything, filterParams, readPlace } from "./live-place.ts";

export interface View {
  readonly name: string;
  readonly filter: EntryFilter;
}

export const readyViews: readonly View[] = [
  { name: "Failed", filter: { ...everything, kinds: ["CONFLICT", "REJECTED"] } },
  { name: "Two readings", filter: { ...everything, kinds: ["REJECTED"], text: "AMBIGUOUS" } },
  { name: "What people and jobs did", filter: { ...everything, kinds: ["ACT"] } },
];

const KEY = "surecount.views.1";
const MAX_VIEWS = 20;
const MAX_NAME = 40;

/** The views that a stored text holds; none where it is of another kind, and none that has no name. */
export const parseViews = (text: string | null): readonly View[] => {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((one: unknown) => {
    if (!Array.isArray(one) || typeof one[0] !== "string" || typeof one[1] !== "string") return [];
    return [{ name: one[0], filter: readPlace(Object.fromEntries(new URLSearchParams(one[1]))).filter }];
  });
};

/** As text: each by its name and the parameters of its address. */
export const printViews = (views: readonly View[]): string =>
  JSON.stringify(views.map(({ name, filter }) => [name, printFilter(filter)]));

const printFilter = (filter: EntryFilter): string => {
  const said = Object.entries(filterParams(filter)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(said).toString();
};

/** Whether two filters admit the same, wherever they begin. */
export const isSameFilter = (one: EntryFilter, other: EntryFilter): boolean =>
  printFilter({ ...one, sinceSeq: 0 }) === printFilter({ ...other, sinceSeq: 0 });

/** The views with one more; one of the same name makes way for it, and the oldest where there are too many. */
export const withView = (views: readonly View[], { name, filter }: View): readonly View[] => {
  const given = { name: name.trim().slice(0, MAX_NAME), filter: { ...filter, sinceSeq: 0 } };
  if (given.name === "") return views;
  return [...views.filter((view) => view.name !== given.name), given].slice(-MAX_VIEWS);
};

const readStored = (): readonly View[] => {
  try {
    return parseViews(localStorage.getItem(KEY));
  } catch {
    return [];
  }
};

const [views, setViews] = createRoot(() => createSignal(readStored()));

/** A person's own. */
export const ownViews = views;

const keep = (changed: readonly View[]): void => {
  setViews(changed);
  try {
    localStorage.setItem(KEY, printViews(changed));
  } catch {
    // Storage is switched off: they last as long as the page.
  }
};

export const saveView = (view: View): void => keep(withView(views(), view));
export const dropView = (name: string): void => keep(views().filter((view) => view.name !== name));
