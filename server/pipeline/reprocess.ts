// Accepted events read again, by today's rules and their clients' profiles of today. Nothing that was sent ever changes;
// what it was taken for may.
import type { Act } from "../domain/act.ts";
import { addDecimals } from "../domain/decimal.ts";
import type { Event, PreparedEvent } from "../domain/event.ts";
import type { EventFilter } from "../domain/filter.ts";
import { identityText } from "../domain/fingerprint.ts";
import type { Json } from "../domain/json.ts";
import type { Problem } from "../domain/problem.ts";
import type { ProfileBook } from "../domain/profile-book.ts";
import type { Slices } from "../slices.ts";
import { isTakenForAnother } from "../storage/acts.ts";
import type { Storage } from "../storage/storage.ts";
import { prepare } from "./prepare.ts";
import type { Profiles } from "./profiles.ts";

/** A preview looks at no more events than this: it is answered while somebody waits. */
const MAX_PREVIEWED = 100_000;
/** Raw events have up to 256 KiB. */
const PAGE = 100;
const MAX_SAMPLES = 20;
/** Events of one transaction, which others wait for. */
const STEP = 50;

/** What an event is, read again. */
export type Rereading = { readonly event: Event } & (
  | { readonly kind: "unchanged" }
  /** `inTheWay`: an event that is what this one will be, and will be another itself. */
  | { readonly kind: "changed"; readonly reading: PreparedEvent; readonly inTheWay: number | null }
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
  readonly storage: Pick<Storage, "event" | "events" | "rawEvents" | "match" | "perform">;
  readonly profiles: Profiles;
  /** Reading is work for the processor, and other callers wait meanwhile. */
  readonly inSlices: Slices;
}

interface ApplyOptions {
  readonly by: string | null;
  readonly job: number;
  readonly signal: AbortSignal;
}

export interface Reprocess {
  /** What would change. Stores nothing. */
  preview(filter: EventFilter, book?: ProfileBook): Promise<ReprocessPreview>;
  /**
   * Reads these events again, and keeps what they say now. An event that is now what one of them will be, and will be
   * another itself, is read again first, whatever it is. @throws the reason of the signal.
   */
  apply(events: readonly Event[], options: ApplyOptions): Promise<void>;
}

export const createReprocess = ({ storage, profiles, inSlices }: ReprocessDeps): Reprocess => {
  const reread = async (events: readonly Event[], book: ProfileBook): Promise<readonly Rereading[]> => {
    const texts = await storage.rawEvents(events.map(({ seq }) => seq));
    return Promise.all(events.map((event, index) => rereadOne(event, texts[index] ?? null, book)));
  };

  const rereadOne = async (event: Event, text: string | null, book: ProfileBook): Promise<Rereading> => {
    if (text === null) return { event, kind: "gone" };
    const reading = await inSlices(() => readAgain(event, text, book));
    if (reading.kind === "invalid") return { event, kind: "unreadable", problems: reading.problems };
    if (reading.facts.client !== event.client) return { event, kind: "unreadable", problems: [] };
    if (isWhatItWas(event, reading)) return { event, kind: "unchanged" };
    const match = await storage.match(reading);
    const holder = "event" in match && match.event.seq !== event.seq ? match.event : null;
    if (holder === null) return { event, kind: "changed", reading, inTheWay: null };
    if (await willMove(holder, book)) return { event, kind: "changed", reading, inTheWay: holder.seq };
    if (event.sameAs !== null) return { event, kind: "unchanged" };
    return { event, kind: "merged", reading, sameAs: holder.seq };
  };

  const willMove = async (event: Event, book: ProfileBook): Promise<boolean> => {
    const [text = null] = await storage.rawEvents([event.seq]);
    const reading = text === null ? null : await inSlices(() => readAgain(event, text, book));
    return reading?.kind === "event" && reading.facts.client === event.client && !isWhatItWas(event, reading);
  };

  const rereadSeqs = async (seqs: readonly number[], book: ProfileBook): Promise<readonly Rereading[]> => {
    const events = await Promise.all(seqs.map((seq) => storage.event(seq)));
    return reread(
      events.filter((event) => event !== null),
      book,
    );
  };

  /** The event, the one in its way, the one in the way of that, and so on; and those of them that stand in a ring. */
  const chainFrom = async (first: Changed, book: ProfileBook, signal: AbortSignal): Promise<Chain> => {
    const chain = new Set([first.event.seq]);
    let next = first.inTheWay;
    while (next !== null && !chain.has(next)) {
      signal.throwIfAborted();
      chain.add(next);
      const [rereading] = await rereadSeqs([next], book);
      next = rereading?.kind === "changed" ? rereading.inTheWay : null;
    }
    const seqs = [...chain];
    const ringAt = next === null ? seqs.length : seqs.indexOf(next);
    return { line: seqs.slice(0, ringAt), ring: seqs.slice(ringAt) };
  };

  /** In one transaction. */
  const applyAll = async (
    rereadings: readonly Rereading[],
    { by, job }: ApplyOptions,
    isRing = false,
  ): Promise<void> => {
    const acts = rereadings.flatMap((rereading): readonly Act[] => {
      if (rereading.kind !== "changed" && rereading.kind !== "merged") return [];
      const { event, reading } = rereading;
      const displaces = isRing && rereading.kind === "changed" ? rereading.inTheWay : null;
      const act = { by, job, event: event.seq, from: event.fingerprint, reading, displaces };
      return [{ action: "REPROCESSED", ...act } as const];
    });
    if (acts.length > 0) await storage.perform(acts);
  };

  /** The last of a chain goes first, so that each finds its new place free; a ring goes round all at once. */
  const applyChain = async (first: Changed, book: ProfileBook, options: ApplyOptions): Promise<void> => {
    const { line, ring } = await chainFrom(first, book, options.signal);
    await applyAll(await rereadSeqs(ring, book), options, true);
    for (let end = line.length; end > 0; end -= STEP) {
      options.signal.throwIfAborted();
      await applyAll(await rereadSeqs(line.slice(Math.max(end - STEP, 0), end).toReversed(), book), options);
    }
  };

  const apply: Reprocess["apply"] = async (events, options) => {
    // Another server may have changed one.
    await profiles.refresh();
    const { book } = profiles;
    const rereadings = await reread(events, book);
    await applyAll(
      rereadings.filter((rereading) => !isBlocked(rereading)),
      options,
    );
    for (const blocked of rereadings.filter(isBlocked)) {
      const [rereading] = await rereadSeqs([blocked.event.seq], book);
      // The chain of another may have led through it.
      if (rereading !== undefined && isBlocked(rereading)) await applyChain(rereading, book, options);
      else if (rereading !== undefined) await applyAll([rereading], options);
    }
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

  return { preview, apply };
};

type Changed = Rereading & { readonly kind: "changed" };

const isBlocked = (rereading: Rereading): rereading is Changed =>
  rereading.kind === "changed" && rereading.inTheWay !== null;

interface Chain {
  readonly line: readonly number[];
  /** Each of them is what the one before it will be, and the first what the last will be. */
  readonly ring: readonly number[];
}

const isWhatItWas = (event: Event, reading: PreparedEvent): boolean =>
  event.sameAs === null && reading.fingerprint === event.fingerprint && reading.idempotencyKey === event.idempotencyKey;

/** When it was received stays the time by which it is judged; what it was before does not matter. */
const readAgain = ({ idempotencyKey, receivedAtUs }: Event, text: string, book: ProfileBook) => {
  const submitted = { raw: JSON.parse(text) as Json, idempotencyKey };
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
      const [isCounted, isBack] = [event.voidedBy === null, isTakenForAnother(event)];
      // What a person has voided does not count afterwards either.
      if (!(isCounted || isBack) || (rereading.kind !== "changed" && rereading.kind !== "merged")) return;
      const before = change(event);
      if (isCounted)
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
