// Where one is in the room of events: which are looked at, which page, which one is open. All of it is in the address,
// with what is usual left out, and so can be shared and survives a reload.
import type { EventFilter } from "../api/event-operations.ts";
import { createViews, type Params } from "../saved-views.ts";

/** Spans that end now. */
export const spans = {
  "15m": { name: "last 15 minutes", lengthMs: 900_000 },
  "1h": { name: "last hour", lengthMs: 3_600_000 },
  "24h": { name: "last 24 hours", lengthMs: 86_400_000 },
  "7d": { name: "last 7 days", lengthMs: 7 * 86_400_000 },
  "30d": { name: "last 30 days", lengthMs: 30 * 86_400_000 },
} as const;

export type Span = keyof typeof spans;
export const spanNames = Object.keys(spans) as readonly Span[];

export interface EventPlace {
  /** Part of the raw event, the key, the client or the metric; empty for all. */
  readonly text: string;
  readonly clients: readonly string[];
  readonly metrics: readonly string[];
  readonly units: readonly string[];
  /** A span that ends now; then `from` and `to` are not looked at. */
  readonly span: Span | null;
  /** Inclusive, on the event's own timestamp; null where there is no beginning. */
  readonly from: string | null;
  /** Exclusive. */
  readonly to: string | null;
  readonly after: string | null;
  readonly before: string | null;
  /** The event that is open. */
  readonly event: string | null;
}

/** The place that an address names; what it says wrongly is as if it said nothing. */
export const readEventPlace = (params: Params): EventPlace => ({
  text: params.text ?? "",
  clients: readNames(params.clients),
  metrics: readNames(params.metrics),
  units: readNames(params.units),
  span: spanNames.find((span) => span === params.span) ?? null,
  from: readInstant(params.from),
  to: readInstant(params.to),
  after: params.after ?? null,
  before: params.before ?? null,
  event: params.event ?? null,
});

const readNames = (text: string | undefined): readonly string[] =>
  (text ?? "").split(",").filter(Boolean).map(readName);

const readName = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};

const readInstant = (text: string | undefined): string | null =>
  text !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;

/** Names as one parameter: a comma within a name is told from those between them. */
export const namesParam = (names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : names.map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(",");

/** The parameters of the beginning of a list with nothing open. */
export const listStart: Params = { after: undefined, before: undefined, event: undefined };

/** The parameters that say which events are looked at, when nothing is asked for. */
export const noFilter: Params = {
  ...{ text: undefined, clients: undefined, metrics: undefined, units: undefined },
  ...{ span: undefined, from: undefined, to: undefined },
};

/** The parameters that say which events are looked at. */
export const filterParams = (place: EventPlace): Params => ({
  text: place.text === "" ? undefined : place.text,
  clients: namesParam(place.clients),
  metrics: namesParam(place.metrics),
  units: namesParam(place.units),
  span: place.span ?? undefined,
  from: place.span ? undefined : (place.from ?? undefined),
  to: place.span ? undefined : (place.to ?? undefined),
});

/** Which events are looked at; a span ends `now`. */
export const filterOf = (place: EventPlace, now: number): EventFilter => ({
  ...(place.text === "" ? {} : { text: place.text }),
  ...(place.clients.length === 0 ? {} : { clients: [...place.clients] }),
  ...(place.metrics.length === 0 ? {} : { metrics: [...place.metrics] }),
  ...(place.units.length === 0 ? {} : { units: [...place.units] }),
  ...timesOf(place, now),
});

const timesOf = ({ span, from, to }: EventPlace, now: number): Pick<EventFilter, "from" | "to"> => {
  // No end: what carries a time of the next seconds belongs to the last hour too.
  if (span !== null) return { from: new Date(now - spans[span].lengthMs).toISOString() };
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
};

/** Filters of this room by name. */
export const eventViews = createViews({
  key: "surecount.event-views.1",
  names: Object.keys(noFilter),
  ready: [
    { name: "All", params: {} },
    { name: "Last hour", params: { span: "1h" } },
    { name: "Last 24 hours", params: { span: "24h" } },
  ],
});

/** Whether anything is asked for, so that an empty list may be the filter's doing. */
export const isFiltered = (place: EventPlace): boolean =>
  Object.values(filterParams(place)).some((value) => value !== undefined);

/** The filter in words: `of client “till”, in EUR, last hour`. */
export const describeFilter = (place: EventPlace): string =>
  [
    describeNames("of client", place.clients),
    describeNames("of metric", place.metrics),
    describeNames("in", place.units),
    place.text === "" ? "" : `with “${place.text}” in it`,
    place.span === null ? describeTimes(place) : spans[place.span].name,
  ]
    .filter(Boolean)
    .join(", ");

const describeNames = (words: string, names: readonly string[]): string =>
  names.length === 0 ? "" : `${words} ${names.map((name) => `“${name}”`).join(" or ")}`;

const describeTimes = ({ from, to }: EventPlace): string =>
  [from === null ? "" : `from ${from}`, to === null ? "" : `before ${to}`].filter(Boolean).join(" ");
