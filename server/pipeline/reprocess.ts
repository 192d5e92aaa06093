// Accepted events read again, by today's rules and their clients' profiles of today. Nothing that was sent ever changes;
// what it was taken for may.
import type { Act, Reprocessing } from "../domain/act.ts";
import { addDecimals } from "../domain/decimal.ts";
import type { Event, PreparedEvent } from "../domain/event.ts";
import type { EventFilter } from "../domain/filter.ts";
import { identityText } from "../domain/fingerprint.ts";
import type { Json } from "../domain/json.ts";
import type { Problem } from "../domain/problem.ts";
import type { ProfileBook } from "../domain/profile-book.ts";
import type { Storage } from "../storage/storage.ts";
import { prepare } from "./prepare.ts";
import type { Profiles } from "./profiles.ts";

/** A preview looks at no more events than this: it is answered while somebody waits. */
const MAX_PREVIEWED = 100_000;
const PAGE = 500;
const MAX_SAMPLES = 20;

/** What an event is, read again. */
export type Rereading = { readonly event: Event } & (
  | { readonly kind: "unchanged" }
  | { readonly kind: "changed"; readonly reading: PreparedEvent }
  /** The same as another event that is counted already: it counts no more. */
  | { readonly kind: "merged"; readonly reading: PreparedEvent; readonly sameAs: number }
  /** It cannot be read today, or would be another client's: it stays as it is. */
  | { readonly kind: "unreadable"; readonly problems: readonly Problem[] }
  /** Retention has removed what was sent. */
  | { readonly kind: "gone" }
);

/** What would change in one series, or did. */
export interface SeriesChange {
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly eventsBefore: number;
  readonly eventsAfter: number;
  readonly sumBefore: string;
  readonly sumAfter: string;
}

export interface ReprocessPreview {
  /** How many events were looked at. */
  readonly looked: number;
  /** Whether those were all that the filter admits. */
  readonly isComplete: boolean;
  readonly counts: Readonly<Record<Rereading["kind"], number>>;
  /** Of the events that would change, by the series that they are in, or would be. */
  readonly series: readonly SeriesChange[];
  readonly samples: readonly Rereading[];
}

interface ReprocessDeps {
  readonly storage: Pick<Storage, "events" | "rawEvents" | "match" | "perform">;
  readonly profiles: Profiles;
}

export interface Reprocess {
  /** What would change. Stores nothing. */
  preview(filter: EventFilter, book?: ProfileBook): Promise<ReprocessPreview>;
  /** Reads these events again, and keeps what they say now. In one transaction. */
  apply(events: readonly Event[], options: { readonly by: string | null; readonly job: number }): Promise<void>;
}

export const createReprocess = ({ storage, profiles }: ReprocessDeps): Reprocess => {
  const reread = async (events: readonly Event[], book: ProfileBook): Promise<readonly Rereading[]> => {
    const texts = await storage.rawEvents(events.map(({ seq }) => seq));
    return Promise.all(events.map((event, index) => rereadOne(event, texts[index] ?? null, book)));
  };

  const rereadOne = async (event: Event, text: string | null, book: ProfileBook): Promise<Rereading> => {
    if (text === null) return { event, kind: "gone" };
    const reading = readAgain(event, JSON.parse(text), book);
    if (reading.kind === "invalid") return { event, kind: "unreadable", problems: reading.problems };
    if (reading.facts.client !== event.client) return { event, kind: "unreadable", problems: [] };
    if (reading.fingerprint === event.fingerprint && reading.idempotencyKey === event.idempotencyKey)
      return { event, kind: "unchanged" };
    const match = await storage.match(reading);
    if ("event" in match && match.event.seq !== event.seq)
      return { event, kind: "merged", reading, sameAs: match.event.seq };
    return { event, kind: "changed", reading };
  };

  const preview: Reprocess["preview"] = async (filter, book = profiles.book) => {
    const counts = { unchanged: 0, changed: 0, merged: 0, unreadable: 0, gone: 0 };
    const series = createSeriesChanges();
    const identities = new Map<string, number>();
    const samples: Rereading[] = [];
    let looked = 0;
    for (let above = 0; looked < MAX_PREVIEWED; ) {
      const events = await storage.events(filter, { above, order: "ascending", limit: PAGE });
      for (const found of await reread(events, book)) {
        const rereading = mergeAmong(identities, found);
        counts[rereading.kind] += 1;
        series.add(rereading);
        if (rereading.kind !== "unchanged" && samples.length < MAX_SAMPLES) samples.push(rereading);
      }
      looked += events.length;
      above = events.at(-1)?.seq ?? above;
      if (events.length < PAGE) return { looked, isComplete: true, counts, series: series.all(), samples };
    }
    return { looked, isComplete: false, counts, series: series.all(), samples };
  };

  return {
    preview,
    apply: async (events, { by, job }) => {
      const acts = (await reread(events, profiles.book)).flatMap((rereading): readonly Act[] => {
        if (rereading.kind !== "changed" && rereading.kind !== "merged") return [];
        const { event, reading } = rereading;
        return [{ action: "REPROCESSED", by, job, event: event.seq, from: event.fingerprint, reading } as Reprocessing];
      });
      if (acts.length > 0) await storage.perform(acts);
    },
  };
};

/** When it was received stays the time by which it is judged; what it was before does not matter. */
const readAgain = ({ idempotencyKey, receivedAtUs }: Event, raw: Json, book: ProfileBook) => {
  const submitted = { raw, idempotencyKey };
  const prepared = prepare(submitted, { ...book.read(submitted, receivedAtUs), earlier: [] }, receivedAtUs);
  if (prepared.kind === "invalid") return prepared;
  const { ifNew: _late, ...reading } = prepared;
  return reading;
};

/** Of several events that would become the same, the first stays. */
const mergeAmong = (identities: Map<string, number>, rereading: Rereading): Rereading => {
  if (rereading.kind !== "changed") return rereading;
  const { event, reading } = rereading;
  const identity = identityText(reading);
  const first = identities.get(identity);
  if (first === undefined) {
    identities.set(identity, event.seq);
    return rereading;
  }
  return { event, kind: "merged", reading, sameAs: first };
};

const MAX_SERIES = 1_000;

const createSeriesChanges = () => {
  const changes = new Map<string, SeriesChange>();
  const change = ({ client, metric, unit }: Pick<Event, "client" | "metric" | "unit">): SeriesChange => {
    const none = { eventsBefore: 0, eventsAfter: 0, sumBefore: "0", sumAfter: "0" };
    return changes.get(JSON.stringify([client, metric, unit])) ?? { client, metric, unit, ...none };
  };
  const put = (changed: SeriesChange): void => {
    changes.set(JSON.stringify([changed.client, changed.metric, changed.unit]), changed);
  };
  return {
    add: (rereading: Rereading): void => {
      const { event } = rereading;
      // What does not count now does not count afterwards.
      if (event.voidedBy !== null || (rereading.kind !== "changed" && rereading.kind !== "merged")) return;
      const before = change(event);
      put({
        ...{ ...before, eventsBefore: before.eventsBefore + 1 },
        sumBefore: addDecimals(before.sumBefore, event.amount),
      });
      if (rereading.kind === "merged") return;
      const after = change(rereading.reading.facts);
      put({
        ...{ ...after, eventsAfter: after.eventsAfter + 1 },
        sumAfter: addDecimals(after.sumAfter, rereading.reading.facts.amount),
      });
    },
    all: (): readonly SeriesChange[] => [...changes.values()].slice(0, MAX_SERIES),
  };
};
