// Whether an accepted event says what its raw event says, has the identity that follows from it, and is in the state in
// which the entries about it have left it.
import type { Details, Reading } from "../domain/act.ts";
import type { Micros } from "../domain/calendar.ts";
import type { Event } from "../domain/event.ts";
import { fingerprint } from "../domain/fingerprint.ts";
import { normalize } from "../domain/normalize.ts";
import { defaultProfile, NO_PROFILE, type Profile } from "../domain/profile.ts";
import { isTakenForAnother } from "../storage/acts.ts";
import { type Content, digestOfRaw } from "../storage/chain.ts";
import { toEventOf } from "../storage/rows.ts";
import type { ActRow, IdentityRow, LogRow, StoredEventRow } from "../storage/verification.ts";
import type { Findings } from "./findings.ts";

const TABLE = "normalized_events";
/** So far ahead of the clock an event was warned of, and not refused. */
const WARNED_AHEAD_US = 300_000_000;

/** Everything that is stored about an event, beside the entry that accepted it. */
export interface Accepted {
  readonly entry: LogRow;
  readonly event: StoredEventRow;
  /** Null where retention has removed it. */
  readonly raw: string | null;
  /** The entries that changed it, oldest first. */
  readonly acts: readonly ActRow[];
  /** Undefined where the event itself holds its identity. */
  readonly identity: IdentityRow | null | undefined;
}

/** Finds a version of a client's profile; undefined where there is none. */
export type FindProfile = (client: string, version: number) => Profile | null | undefined;

interface EventCheckDeps {
  readonly findings: Findings;
  readonly findProfile: FindProfile;
}

export interface EventCheck {
  /** `isProved`: whether the chain proves what was accepted. */
  check(accepted: Accepted, isProved: boolean): void;
  /** How many events are as they were accepted, but would be read otherwise by the rules of today. */
  readonly readOtherwise: number;
}

/** What the event said when it was accepted, whatever became of it since. */
export const contentOf = ({ event, acts }: Pick<Accepted, "event" | "acts">): Content => {
  const first = acts.find(({ action }) => action === "REPROCESSED");
  const before = first === undefined ? undefined : detailsOf(first).before;
  if (before === undefined) return toEventOf(event, event.fingerprint);
  return { ...before, fingerprint: fingerprint(before) };
};

interface Stored {
  readonly event: Event;
  readonly profile: Profile;
  readonly isProved: boolean;
}

/** What acts change of an event besides its reading. */
type State = Pick<Event, "voidedBy" | "changedBy" | "sameAs">;

const stateAfter = (act: ActRow, before: State): State => {
  const { seq, action } = act;
  const { sameAs = null } = detailsOf(act);
  if (action === "VOIDED") return { voidedBy: seq, changedBy: seq, sameAs: null };
  if (action === "UNVOIDED") return { voidedBy: null, changedBy: seq, sameAs: null };
  if (sameAs !== null) return { voidedBy: before.voidedBy ?? seq, changedBy: seq, sameAs };
  return { voidedBy: isTakenForAnother(before) ? null : before.voidedBy, changedBy: seq, sameAs: null };
};

const detailsOf = ({ details }: ActRow): Details => (details === null ? {} : (JSON.parse(details) as Details));

export const createEventCheck = ({ findings, findProfile }: EventCheckDeps): EventCheck => {
  let readOtherwise = 0;

  const checkRow = ({ entry, event: row, identity }: Accepted, event: Event): void => {
    const place = [TABLE, `seq ${event.seq}`] as const;
    findings.compare(place, "the fingerprint", event.fingerprint, fingerprint(event));
    findings.compare(place, "received_at", event.receivedAtUs, entry.atUs);
    if (row.timestampNs < 0 || row.timestampNs > 999)
      findings.add(...place, `timestamp_ns is ${row.timestampNs}, and should be from 0 to 999`);
    if (entry.client !== event.client) findings.compare(place, "the client", event.client, entry.client);
    if (identity !== undefined) checkIdentity(identity, event);
  };

  const checkIdentity = (identity: IdentityRow | null, event: Event): void => {
    const place = ["event_identities", `seq ${event.seq}`] as const;
    if (event.sameAs !== null) {
      if (identity !== null) findings.add(...place, `is there, although the event is the same as ${event.sameAs}`);
      return;
    }
    if (identity === null) {
      findings.add(...place, "is missing");
      return;
    }
    const client = event.idempotencyKey === null ? null : event.client;
    findings.compare(place, "the client", identity.client, client);
    findings.compare(place, "the idempotency key", identity.idempotencyKey, event.idempotencyKey);
    findings.compare(place, "the fingerprint", identity.fingerprint, event.fingerprint);
    findings.compare(place, "the timestamp", identity.timestampUs, event.timestampUs);
    findings.compare(place, "received_at", identity.receivedAtUs, event.receivedAtUs);
  };

  /** The entries about an event, one after the other, must lead to its row. */
  const checkActs = ({ acts }: Accepted, event: Event): void => {
    let reading: string | null = null;
    let state: State = { voidedBy: null, changedBy: null, sameAs: null };
    for (const act of acts) {
      const { before, after } = detailsOf(act);
      if (act.action === "REPROCESSED") {
        if (reading !== null && reading !== textOf(before))
          findings.add("processing_log", `seq ${act.seq}`, "read an event again that did not say this before it");
        reading = textOf(after);
      }
      state = stateAfter(act, state);
    }
    const place = [TABLE, `seq ${event.seq}`] as const;
    findings.compare(place, "voided_by", event.voidedBy, state.voidedBy);
    findings.compare(place, "changed_by", event.changedBy, state.changedBy);
    findings.compare(place, "same_as", event.sameAs, state.sameAs);
    if (reading !== null && reading !== textOf(event))
      findings.add(...place, `does not say what entry ${lastReading(acts)} has read in it`);
  };

  /** What differs from the raw event; null where nothing does. Warnings change no figure, where nobody has changed them. */
  const differenceFrom = (raw: string, { event, profile, isProved }: Stored): string | null => {
    // Whether a timestamp was too far ahead was decided when it came, by a clock that is not stored.
    const isAhead = event.warnings.some(({ code }) => code === "FUTURE_TIMESTAMP");
    const nowUs: Micros = isAhead ? event.timestampUs - WARNED_AHEAD_US : event.timestampUs;
    const read = normalize(JSON.parse(raw), { profile, nowUs });
    if (read.kind === "invalid") return `its raw event cannot be read: ${read.problems[0]?.code}`;
    for (const name of ["client", "metric", "unit", "amount", "timestamp"] as const)
      if (read.facts[name] !== event[name])
        return `the ${name} is ${JSON.stringify(event[name])}, but its raw event says ${JSON.stringify(read.facts[name])}`;
    return isProved || warningsOf(read) === warningsOf(event) ? null : "its warnings are not those of its raw event";
  };

  /** Undefined, and reported, where it is not there. */
  const profileOf = ({ seq, client, profileVersion, idempotencyKey }: Event): Profile | undefined => {
    const profile = profileVersion === NO_PROFILE ? defaultProfile : findProfile(client, profileVersion);
    if (!profile)
      findings.add(TABLE, `seq ${seq}`, `was read with version ${profileVersion} of a profile that is not there`);
    else if (profile.identity === "CONTENT" && idempotencyKey !== null)
      findings.add(TABLE, `seq ${seq}`, "has an idempotency key, although the profile of its client ignores keys");
    return profile ?? undefined;
  };

  const isAsSent = (raw: string, { seq, digest }: LogRow): boolean => {
    if (digest === null || digestOfRaw(raw) === digest) return true;
    findings.add("raw_events", `seq ${seq}`, "is not what was sent: its digest in the log is another");
    return false;
  };

  const checkReading = ({ raw, entry }: Accepted, event: Event, isProved: boolean): void => {
    const profile = profileOf(event);
    if (profile === undefined || raw === null || !isAsSent(raw, entry)) return;
    const difference = differenceFrom(raw, { event, profile, isProved });
    if (difference === null) return;
    // The chain proves what was sent and how it was read: then it is the rules that have changed.
    if (isProved) readOtherwise += 1;
    else findings.add(TABLE, `seq ${event.seq}`, difference);
  };

  return {
    check: (accepted, isProved) => {
      const event = toEventOf(accepted.event, accepted.event.fingerprint);
      checkRow(accepted, event);
      checkActs(accepted, event);
      checkReading(accepted, event, isProved);
    },
    get readOtherwise() {
      return readOtherwise;
    },
  };
};

const warningsOf = ({ warnings }: Pick<Event, "warnings">): string =>
  warnings.length === 0 ? "" : JSON.stringify(warnings.map(({ code, path }) => [code, path]));

const textOf = (reading: Reading | undefined): string =>
  reading === undefined
    ? ""
    : JSON.stringify([
        ...[reading.client, reading.metric, reading.unit, reading.amount, reading.timestamp],
        ...[reading.idempotencyKey, reading.profileVersion, warningsOf(reading)],
      ]);

const lastReading = (acts: readonly ActRow[]): number | undefined =>
  acts.findLast(({ action }) => action === "REPROCESSED")?.seq;
