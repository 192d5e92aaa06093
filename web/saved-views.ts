// Filters under a name: ready ones, and those that somebody keeps in this browser. A view is that part of an address
// which says what is looked at, without the page and what is open.
import { type Accessor, createSignal } from "solid-js";

export type Params = Readonly<Record<string, string | undefined>>;

export interface View {
  readonly name: string;
  readonly params: Params;
}

export interface Views {
  readonly ready: readonly View[];
  /** Those of this browser, the oldest first. */
  readonly own: Accessor<readonly View[]>;
  /** Keeps a filter under a name; another view of this name makes way for it, and the oldest where there are too many. */
  save(view: View): void;
  drop(name: string): void;
  /** Whether an address is looked at through this view. */
  isHere(view: View, params: Params): boolean;
}

interface ViewsOptions {
  /** Under which the browser stores them; ends in the version of what is stored. */
  readonly key: string;
  readonly ready: readonly View[];
  /** The parameters that filter. */
  readonly names: readonly string[];
}

export const MAX_NAME_LENGTH = 40;
const MAX_VIEWS = 12;

/** The views of one room. */
export const createViews = ({ key, ready, names }: ViewsOptions): Views => {
  const [own, setOwn] = createSignal(readViews(storedUnder(key), names));
  const keep = (views: readonly View[]): void => {
    setOwn(views);
    try {
      localStorage.setItem(key, JSON.stringify(views));
    } catch {
      // Storage is switched off: the views last as long as the page.
    }
  };
  const without = (name: string) => own().filter((view) => view.name !== name);
  return {
    ...{ ready, own },
    save: ({ name, params }) => {
      const given = name.trim().slice(0, MAX_NAME_LENGTH);
      if (given !== "") keep([...without(given), { name: given, params: pick(params, names) }].slice(-MAX_VIEWS));
    },
    drop: (name) => keep(without(name)),
    isHere: (view, params) => names.every((name) => (view.params[name] ?? "") === (params[name] ?? "")),
  };
};

const storedUnder = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
};

/** The views in what was stored; what is none is left out. */
export const readViews = (stored: unknown, names: readonly string[]): readonly View[] =>
  (Array.isArray(stored) ? stored : [])
    .filter(isView)
    .map(({ name, params }) => ({ name, params: pick(params, names) }));

const isView = (value: unknown): value is View => {
  if (typeof value !== "object" || value === null) return false;
  const { name, params } = value as Partial<View>;
  return typeof name === "string" && name !== "" && typeof params === "object" && params !== null;
};

const pick = (params: Params, names: readonly string[]): Params =>
  Object.fromEntries(names.flatMap((name) => (typeof params[name] === "string" ? [[name, params[name]]] : [])));
