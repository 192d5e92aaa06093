// Where one is in the room of the live feed: which entries are looked at, from where on, which one is open. All of it is
// in the address, with what is usual left out, and so can be shared and survives a reload.

import { isOutcome, type Outcome } from "../api/counts.ts";
import type { Entry } from "../api/operations.ts";
import { type Act, actWords } from "../log/acts.ts";
import { factOf } from "../log/entry.ts";
import { createViews, type Params } from "../saved-views.ts";

/** An outcome, or any act: what people, workers and jobs have done. */
export type Kind = Outcome | "ACT";

export const kinds = ["ACCEPTED", "DUPLICATE", "CONFLICT", "REJECTED", "ACT"] as const satisfies readonly Kind[];

export interface EntryFilter {
  /** Those of these kinds; none for all. */
  readonly kinds: readonly Kind[];
  /** Of exactly this client; empty for all. */
  readonly client: string;
  /** Of exactly this metric; empty for all. */
  readonly metric: string;
  /** Part of what the row says, whatever the case; empty for all. */
  readonly text: string;
  /** Only what came after this entry; 0 for all. */
  readonly sinceSeq: number;
}

export interface Place {
  readonly filter: EntryFilter;
  /** The seq of the entry that is open; null where none is. */
  readonly entry: number | null;
  /** The event or the failure that the entry is about. */
  readonly event: string | null;
  readonly failure: string | null;
}

export const everything: EntryFilter = { kinds: [], client: "", metric: "", text: "", sinceSeq: 0 };

/** The place that an address names; what it says wrongly is as if it said nothing. */
export const readPlace = (params: Params): Place => {
  const wanted = new Set((params.kind ?? "").toUpperCase().split(","));
  return {
    filter: {
      kinds: kinds.filter((kind) => wanted.has(kind)),
      client: params.client ?? "",
      metric: params.metric ?? "",
      text: params.text ?? "",
      sinceSeq: readSeq(params.since) ?? 0,
    },
    entry: readSeq(params.entry),
    event: params.event ?? null,
    failure: params.failure ?? null,
  };
};

const readSeq = (text: string | undefined): number | null => (/^\d{1,15}$/.test(text ?? "") ? Number(text) : null);

/** The parameters of a filter; what it does not say is taken out of the address. */
export const filterParams = ({ kinds, client, metric, text, sinceSeq }: EntryFilter): Params => ({
  kind: kinds.length === 0 ? undefined : kinds.join(",").toLowerCase(),
  client: client || undefined,
  metric: metric || undefined,
  text: text || undefined,
  since: sinceSeq === 0 ? undefined : String(sinceSeq),
});

/** Filters of this room by name. Where the list was cleared is no part of them. */
export const liveViews = createViews({
  key: "surecount.live-views.1",
  names: ["kind", "client", "metric", "text"],
  ready: [
    { name: "Failed", params: { kind: "conflict,rejected" } },
    { name: "Two readings", params: { kind: "rejected", text: "AMBIGUOUS" } },
    { name: "What people and jobs did", params: { kind: "act" } },
  ],
});

/** The parameters with nothing open. */
export const nothingOpen: Params = { entry: undefined, event: undefined, failure: undefined };

export const isFiltered = ({ kinds, client, metric, text }: EntryFilter): boolean =>
  kinds.length > 0 || client !== "" || metric !== "" || text !== "";

/** Decides on entries at hand. */
export const admits = ({ kinds, client, metric, text, sinceSeq }: EntryFilter): ((entry: Entry) => boolean) => {
  const wanted = new Set<Kind>(kinds);
  const part = text.toLowerCase();
  return (entry) =>
    entry.seq > sinceSeq &&
    (wanted.size === 0 || wanted.has(isOutcome(entry.action) ? entry.action : "ACT")) &&
    (client === "" || entry.client === client) &&
    (metric === "" || entry.event?.metric === metric) &&
    (part === "" || textsOf(entry).some((known) => known?.toLowerCase().includes(part)));
};

/** What a person may look for: what the row says, and the words of its problems. */
const textsOf = (entry: Entry): readonly (string | null | undefined)[] => [
  entry.client,
  `#${entry.seq}`,
  factOf(entry, "metric"),
  factOf(entry, "amount"),
  factOf(entry, "unit"),
  factOf(entry, "timestamp"),
  entry.by,
  entry.reason,
  ...(entry.failure?.problems ?? []).flatMap(({ code, path, message }) => [code, path, message]),
];

/** The same for the log on the server, as far as it can tell: it knows nothing of the text of a row. */
export const logFilterOf = ({ kinds, client, metric }: EntryFilter) => ({
  ...(kinds.length === 0 ? {} : { actions: kinds.flatMap(actionsOf) }),
  ...(client === "" ? {} : { clients: [client] }),
  ...(metric === "" ? {} : { metrics: [metric] }),
});

const actionsOf = (kind: Kind): readonly Entry["action"][] => (kind === "ACT" ? acts : [kind]);

const acts = Object.keys(actWords) as readonly Act[];
