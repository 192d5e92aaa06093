// The walk along the log: each entry with its place in the chain, and beside it the event that it accepted, with its raw
// event, its identity and the entries that changed it later. Nothing but a portion of rows is held.
import type { Content } from "../storage/chain.ts";
import type { LogRow, VerifySource } from "../storage/verification.ts";
import { createChainCheck } from "./chain.ts";
import { createCursor } from "./cursor.ts";
import { type Accepted, contentOf, createEventCheck, type FindProfile } from "./events.ts";
import type { Findings } from "./findings.ts";
import type { Tallies } from "./tallies.ts";

interface WalkDeps {
  readonly source: VerifySource;
  readonly findings: Findings;
  readonly tallies: Tallies;
  readonly findProfile: FindProfile;
  /** Called for each entry. */
  readonly onEntry: (entry: LogRow) => void;
  readonly onProgress: (entries: number) => void;
}

export interface Walked {
  readonly lastSeq: number;
  readonly lastAtUs: number;
  /** Hex; null where no entry is in the chain. */
  readonly lastHash: string | null;
  readonly unchained: number;
  /** The last entry that changed a profile; 0 where none did. */
  readonly lastProfileSeq: number;
  readonly events: number;
  /** How many events have lost their raw event to retention. */
  readonly withoutRaw: number;
  readonly readOtherwise: number;
  /** Null where there is no such table. */
  readonly identities: number | null;
}

export const verifyLog = async (deps: WalkDeps): Promise<Walked> => {
  const { source, findings, tallies, onEntry, onProgress } = deps;
  const beside = await createBeside(source, findings);
  const chain = createChainCheck(source.databaseId, findings);
  const checkEvent = createEventCheck(deps);
  let events = 0;
  let withoutRaw = 0;
  let lastProfileSeq = 0;

  const walkEntry = (entry: LogRow): void => {
    tallies.addEntry(entry);
    const accepted = entry.action === "ACCEPTED" ? beside.take(entry) : null;
    const content = accepted === null ? null : accepted && contentIn(accepted, findings);
    const isProved = chain.check(entry, content);
    if (entry.action === "PROFILE_SET" || entry.action === "PROFILE_DELETED") lastProfileSeq = entry.seq;
    onEntry(entry);
    if (!accepted) return;
    events += 1;
    tallies.add(accepted.event.client, "events", 1);
    if (accepted.event.voidedBy !== null) tallies.add(accepted.event.client, "voided", 1);
    if (accepted.event.sameAs !== null) tallies.add(accepted.event.client, "merged", 1);
    if (accepted.raw === null) withoutRaw += 1;
    if (content !== undefined) checkEvent.check(accepted, isProved);
  };

  for await (const entries of source.log()) {
    await beside.load(entries.at(-1)?.seq ?? 0);
    for (const entry of entries) findings.attempt("processing_log", `seq ${entry.seq}`, () => walkEntry(entry));
    beside.reportLeft();
    onProgress(entries.length);
  }
  await beside.reportRest();
  const { lastSeq, lastAtUs, lastHash, unchained } = chain;
  return {
    ...{ lastSeq, lastAtUs, lastHash, unchained, lastProfileSeq, events, withoutRaw },
    ...{ readOtherwise: checkEvent.readOtherwise, identities: beside.identities },
  };
};

/** What the event said when it was accepted; undefined, and reported, where what is stored cannot be understood. */
const contentIn = (accepted: Accepted, findings: Findings): Content | undefined => {
  let content: Content | undefined;
  findings.attempt("normalized_events", `seq ${accepted.entry.seq}`, () => {
    content = contentOf(accepted);
  });
  return content;
};

/** What lies beside the log, portion by portion. What no entry takes is reported. */
const createBeside = async (source: VerifySource, findings: Findings) => {
  const firstRawSeq = await source.firstRawSeq();
  const identityStream = source.identities();
  const events = createShelf("normalized_events", source.events(), findings);
  const raws = createShelf("raw_events", source.raws(), findings);
  const identities = identityStream === null ? null : createShelf("event_identities", identityStream, findings);
  const shelves = [events, raws, ...(identities === null ? [] : [identities])];
  const acts = createCursor(source.acts(), ({ event }) => event);
  for (const { cursor } of shelves) await cursor.start();
  await acts.start();
  let actsOf = new Map<number, Accepted["acts"]>();

  const rawOf = ({ seq }: LogRow): string | null => {
    const row = raws.take(seq);
    // Retention removes the oldest first.
    if (row === undefined && firstRawSeq !== null && seq >= firstRawSeq)
      findings.add("raw_events", `seq ${seq}`, "is missing, and retention has not come to it");
    return row?.raw ?? null;
  };

  return {
    load: async (seq: number): Promise<void> => {
      for (const shelf of shelves) await shelf.load(seq);
      actsOf = Map.groupBy(await acts.upTo(seq), ({ event }) => event);
    },
    /** What belongs to the event that this entry accepted; undefined where the event is not there. */
    take: (entry: LogRow): Accepted | undefined => {
      const { seq } = entry;
      const [event, raw] = [events.take(seq), rawOf(entry)];
      const identity = identities === null ? undefined : (identities.take(seq) ?? null);
      if (entry.event !== seq) findings.compare(["processing_log", `seq ${seq}`], "the event", entry.event, seq);
      if (event !== undefined) return { entry, event, raw, identity, acts: actsOf.get(seq) ?? [] };
      findings.add("normalized_events", `seq ${seq}`, "is missing, and the log has accepted it");
      return undefined;
    },
    reportLeft: (): void => {
      for (const shelf of shelves) shelf.reportLeft();
    },
    reportRest: async (): Promise<void> => {
      for (const { table, cursor } of shelves)
        for await (const rows of cursor.rest()) for (const { seq } of rows) reportStray(findings, table, seq);
    },
    get identities() {
      return identities === null ? null : identities.count;
    },
  };
};

const reportStray = (findings: Findings, table: string, seq: number): void =>
  findings.add(table, `seq ${seq}`, "no entry of the log has accepted it");

const createShelf = <Row extends { readonly seq: number }>(
  table: string,
  stream: AsyncIterable<readonly Row[]>,
  findings: Findings,
) => {
  const cursor = createCursor(stream, ({ seq }) => seq);
  const rows = new Map<number, Row>();
  let count = 0;
  return {
    table,
    cursor,
    load: async (seq: number): Promise<void> => {
      for (const row of await cursor.upTo(seq)) rows.set(row.seq, row);
    },
    take: (seq: number): Row | undefined => {
      const row = rows.get(seq);
      if (rows.delete(seq)) count += 1;
      return row;
    },
    reportLeft: (): void => {
      for (const seq of rows.keys()) reportStray(findings, table, seq);
      rows.clear();
    },
    get count() {
      return count;
    },
  };
};
