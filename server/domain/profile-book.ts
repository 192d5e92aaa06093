// The profiles of all clients, and how an event is read with them. Whose profile counts is known only when an event has
// been read: the profile of a client applies to the events that, read with it, are that client's.

import type { Micros } from "./calendar.ts";
import type { EarlierIdentity, Identity, Normalization, Submitted } from "./event.ts";
import { fingerprint, identityText } from "./fingerprint.ts";
import type { Json } from "./json.ts";
import { canonicalJson } from "./json.ts";
import { normalize } from "./normalize.ts";
import { defaultProfile, MAX_FUTURE_SECONDS, NO_PROFILE, type Profile, type ProfileVersion } from "./profile.ts";

/** How an event was read, and by what. */
export interface ProfiledReading {
  readonly normalization: Normalization;
  readonly profile: Profile;
  /** 0 where it was read without a profile. */
  readonly profileVersion: number;
  /** The entry of the log that last changed any profile. */
  readonly asOf: number;
  /** What the same event was by other versions of profiles, as far as that is something else. */
  readonly earlier: readonly EarlierIdentity[];
}

export interface ProfileBook {
  /** Reads an event with the profile of its client, or without one. */
  read(submitted: Pick<Submitted, "raw" | "idempotencyKey">, nowUs: Micros): ProfiledReading;
  /** How many events a minute the client's own profile allows; null where it says nothing. */
  rateLimitOf(client: string): number | null;
  /** Whether any profile has a limit of its own. */
  readonly hasRateLimits: boolean;
  /** The book as it would be if a client had this profile. */
  with(client: string, profile: Profile | null): ProfileBook;
}

/** What is known of one client. */
interface Chapter {
  readonly client: string;
  readonly version: number;
  /** Null where it has none now. */
  readonly profile: Profile | null;
  /** Of the way in which its events are read now. */
  readonly text: string;
  /** All ways in which its events were ever read, each once. */
  readonly ways: readonly Way[];
}

/** A way to read, by those settings of a profile that decide what an event says. */
interface Way {
  readonly profile: Profile;
  readonly text: string;
  /** The last version that read so. */
  readonly version: number;
}

/** `versions`: all that every client ever had, oldest first. */
export const createProfileBook = (versions: readonly ProfileVersion[], asOf: number): ProfileBook => {
  const chapters = new Map<string, Chapter>();
  for (const [client, own] of Map.groupBy(versions, (version) => version.client)) {
    const last = own.at(-1);
    if (last !== undefined) chapters.set(client, chapterOf(last, own));
  }
  const claimants = [...chapters.values()].filter(({ ways }) => ways.some(hasOwnNames));

  const read: ProfileBook["read"] = ({ raw, idempotencyKey }, nowUs) => {
    const plain = normalize(raw, { profile: defaultProfile, nowUs });
    if (chapters.size === 0) return { normalization: plain, ...withoutProfile, asOf };
    const { normalization, chapter } = chapterFor(raw, plain, nowUs) ?? { normalization: plain, chapter: null };
    const profile = chapter?.profile ?? defaultProfile;
    const reading = { normalization, profile, profileVersion: chapter?.version ?? NO_PROFILE, asOf };
    if (normalization.kind !== "event") return { ...reading, earlier: [] };
    const now = identityBy(profile, { facts: normalization.facts, idempotencyKey });
    return { ...reading, earlier: others(now, identitiesEver({ raw, idempotencyKey }, { plain, chapter, nowUs })) };
  };

  const chapterFor = (raw: Json, plain: Normalization, nowUs: Micros): Applied | null => {
    const apply = (chapter: Chapter | undefined): Applied | null => {
      if (chapter === undefined || chapter.profile === null) return null;
      const normalization = normalize(raw, { profile: chapter.profile, nowUs });
      return normalization.facts.client === chapter.client ? { normalization, chapter } : null;
    };
    const own = apply(chapters.get(plain.facts.client ?? ""));
    if (own !== null) return own;
    const others = claimants.map(apply).filter((applied) => applied !== null);
    // Where several clients lay claim to an event, nobody can say whose it is.
    return others.length === 1 ? (others[0] ?? null) : null;
  };

  /**
   * All that the event was or may have been for any version of any profile: sent before a change and again after, it must
   * not be counted twice.
   */
  const identitiesEver = (
    { raw, idempotencyKey }: Pick<Submitted, "raw" | "idempotencyKey">,
    { plain, chapter: applied, nowUs }: Circumstances,
  ): readonly EarlierIdentity[] => {
    const own = chapters.get(plain.facts.client ?? "");
    const isNow = (chapter: Chapter, { text }: Way): boolean => chapter === applied && text === chapter.text;
    const ofChapter = (chapter: Chapter): readonly EarlierIdentity[] =>
      chapter.ways
        .filter((way) => (chapter === own || hasOwnNames(way)) && !isNow(chapter, way))
        .flatMap(({ profile, version }) => {
          const reading = normalize(raw, { profile, nowUs });
          if (reading.kind !== "event" || reading.facts.client !== chapter.client) return [];
          return [{ ...identityBy(profile, { facts: reading.facts, idempotencyKey }), profileVersion: version }];
        });
    const ofOthers = claimants.filter((chapter) => chapter !== own).flatMap(ofChapter);
    if (own !== undefined) return [...ofChapter(own), ...ofOthers];
    if (plain.kind !== "event" || applied === null) return ofOthers;
    const unprofiled = identityBy(defaultProfile, { facts: plain.facts, idempotencyKey });
    return [{ ...unprofiled, profileVersion: NO_PROFILE }, ...ofOthers];
  };

  return {
    read,
    // What was stored before there were limits says nothing.
    rateLimitOf: (client) => chapters.get(client)?.profile?.rateLimitPerMinute ?? null,
    hasRateLimits: [...chapters.values()].some(({ profile }) => (profile?.rateLimitPerMinute ?? null) !== null),
    with: (client, profile) => {
      const version = (chapters.get(client)?.version ?? NO_PROFILE) + 1;
      return createProfileBook([...versions, { client, version, profile, seq: asOf, atUs: 0, by: null }], asOf);
    },
  };
};

interface Applied {
  readonly normalization: Normalization;
  readonly chapter: Chapter | null;
}

interface Circumstances extends Omit<Applied, "normalization"> {
  /** As the event is read without a profile. */
  readonly plain: Normalization;
  readonly nowUs: Micros;
}

const withoutProfile = { profile: defaultProfile, profileVersion: NO_PROFILE, earlier: [] } as const;

const hasOwnNames = ({ profile }: Pick<Way, "profile">): boolean => profile.aliases.client.length > 0;

const chapterOf = ({ client, version, profile }: ProfileVersion, own: readonly ProfileVersion[]): Chapter => {
  const versions = [{ profile: null, version: NO_PROFILE }, ...own].flatMap(waysOf);
  const ways = new Map(versions.map((way) => [way.text, way]));
  return { client, version, profile, text: wayOf({ profile, version }).text, ways: [...ways.values()] };
};

/** A profile that names other clients leaves the events that it makes theirs, and perhaps nobody's, to be read without it. */
const waysOf = ({ profile, version }: Pick<ProfileVersion, "profile" | "version">): readonly Way[] => {
  const way = wayOf({ profile, version });
  return hasOwnNames(way) ? [wayOf({ profile: null, version }), way] : [way];
};

/** What a profile allows does not matter: an event that it did not allow was not counted. */
const wayOf = ({ profile, version }: Pick<ProfileVersion, "profile" | "version">): Way => {
  const lenient: Profile = {
    ...(profile ?? defaultProfile),
    ...{ allowZero: true, allowNegative: true },
    ...{ lateLimitSeconds: null, futureLimitSeconds: MAX_FUTURE_SECONDS },
    rateLimitPerMinute: null,
  };
  return { profile: lenient, text: canonicalJson(lenient as unknown as Json), version };
};

const identityBy = (
  profile: Profile,
  { facts, idempotencyKey }: Pick<Identity, "facts" | "idempotencyKey">,
): Identity => ({ facts, fingerprint: fingerprint(facts), idempotencyKey: keyBy(profile, idempotencyKey) });

/** Those that are something else than the event is now. Of equal ones the last: later versions come later. */
const others = (now: Identity, ever: readonly EarlierIdentity[]): readonly EarlierIdentity[] => {
  const textOf = (identity: Identity): string => `${identityText(identity)} ${identity.fingerprint}`;
  const byText = new Map(ever.map((identity) => [textOf(identity), identity]));
  byText.delete(textOf(now));
  return [...byText.values()];
};

/** The key by which an event is identified; null where its client's profile ignores keys. */
export const keyBy = ({ identity }: Profile, idempotencyKey: string | null): string | null =>
  identity === "CONTENT" ? null : idempotencyKey;
