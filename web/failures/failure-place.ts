// Where one is in the room of failures: which are looked at, which group, which page, which one. All of it is in the
// address, with what is usual left out, and so can be shared and survives a reload.
import type { FailureFilter, FailureGroup, FailureState, ProblemCode } from "../api/failure-operations.ts";

export const views = {
  unresolved: { name: "Unresolved", states: ["OPEN", "SCHEDULED", "DEAD"] },
  open: { name: "Open", states: ["OPEN"] },
  scheduled: { name: "Scheduled", states: ["SCHEDULED"] },
  dead: { name: "Dead", states: ["DEAD"] },
  discarded: { name: "Discarded", states: ["DISCARDED"] },
  resolved: { name: "Resolved", states: ["RESOLVED"] },
} as const satisfies Record<string, { readonly name: string; readonly states: readonly FailureState[] }>;

export type View = keyof typeof views;
export const viewNames = Object.keys(views) as readonly View[];

export type GroupKey = Pick<FailureGroup, "code" | "path" | "client">;

export interface Place {
  readonly view: View;
  /** Part of the raw event or the key; empty for all. */
  readonly text: string;
  /** Sent by this client; empty for all. */
  readonly client: string;
  readonly group: GroupKey | null;
  /** Whether the failed events themselves are listed, of a group or of all that are looked at. */
  readonly isList: boolean;
  readonly after: string | null;
  readonly before: string | null;
  /** The failed event that is open. */
  readonly failure: string | null;
}

export type Params = Readonly<Record<string, string | undefined>>;

/** The place that an address names; what it says wrongly is as if it said nothing. */
export const readPlace = (params: Params): Place => {
  const group = params.code
    ? { code: params.code as ProblemCode, path: params.path ?? null, client: params.of ?? null }
    : null;
  return {
    view: viewNames.find((name) => name === params.state) ?? "unresolved",
    text: params.text ?? "",
    client: params.client ?? "",
    group,
    isList: group !== null || params.list === "1",
    after: params.after ?? null,
    before: params.before ?? null,
    failure: params.failure ?? null,
  };
};

/** The parameters that open a group, or that leave it where there is none. A new list begins at its beginning. */
export const groupParams = (group: GroupKey | null): Params => ({
  code: group?.code,
  path: group?.path ?? undefined,
  of: group?.client ?? undefined,
  ...listStart,
});

/** The parameters of the beginning of a list with nothing open. */
export const listStart: Params = { after: undefined, before: undefined, failure: undefined };

/** Which failed events are looked at. */
export const filterOf = ({ view, text, client, group }: Place): FailureFilter => ({
  states: [...views[view].states],
  ...(text === "" ? {} : { text }),
  ...(client === "" ? {} : { clients: [client] }),
  ...(group === null ? {} : filterOfGroup(group)),
});

const filterOfGroup = ({ code, path, client }: GroupKey): FailureFilter => ({
  codes: [code],
  paths: [path ?? ""],
  ...(client === null ? { withoutClient: true } : { clients: [client] }),
});

/** The same but in each state, to count them. */
export const filtersOfViews = (place: Place): Record<View, FailureFilter> => {
  const entries = viewNames.map((view) => [view, filterOf({ ...place, view })] as const);
  return Object.fromEntries(entries) as Record<View, FailureFilter>;
};

/** Whether anything but the usual is asked for, so that an empty list may be the filter's doing. */
export const isFiltered = ({ view, text, client }: Place): boolean =>
  view !== "unresolved" || text !== "" || client !== "";
