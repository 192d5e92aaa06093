// Filters of events under a name: those that everybody has, and those of this browser.
import { createRoot, createSignal } from "solid-js";
import { isSameFilter, noFilter, type Params } from "./event-place.ts";

export interface EventView {
  readonly name: string;
  /** Which events are looked at, as parameters of the address. */
  readonly params: Params;
}

export const readyViews: readonly EventView[] = [
  { name: "All", params: {} },
  { name: "Last hour", params: { span: "1h" } },
  { name: "Last 24 hours", params: { span: "24h" } },
];

const KEY = "surecount.event-views.1";
const MAX_VIEWS = 12;

const storedViews = (): readonly EventView[] => {
  try {
    return readViews(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return [];
  }
};

/** The views in what was stored; what is none is left out. */
export const readViews = (stored: unknown): readonly EventView[] =>
  (Array.isArray(stored) ? stored : [])
    .filter(isView)
    .map(({ name, params }) => ({ name, params: filterOnly(params) }));

const isView = (value: unknown): value is EventView => {
  if (typeof value !== "object" || value === null) return false;
  const { name, params } = value as Partial<EventView>;
  return typeof name === "string" && name !== "" && typeof params === "object" && params !== null;
};

const filterOnly = (params: Params): Params =>
  Object.fromEntries(
    Object.keys(noFilter).flatMap((key) => (typeof params[key] === "string" ? [[key, params[key]]] : [])),
  );

const [own, setOwn] = createRoot(() => createSignal(storedViews()));

/** The views of this browser, the oldest first. */
export const ownViews = own;

const keep = (views: readonly EventView[]): void => {
  setOwn(views);
  try {
    localStorage.setItem(KEY, JSON.stringify(views));
  } catch {
    // Storage is switched off: the views last as long as the page.
  }
};

/** Keeps a filter under a name; another view of this name is replaced. The oldest leaves where there are too many. */
export const saveView = ({ name, params }: EventView): void =>
  keep([...own().filter((view) => view.name !== name), { name, params: filterOnly(params) }].slice(-MAX_VIEWS));

export const deleteView = (name: string): void => keep(own().filter((view) => view.name !== name));

/** The view that says exactly this. */
export const viewOf = (params: Params): EventView | undefined =>
  [...readyViews, ...own()].find((view) => isSameFilter(view.params, params));
