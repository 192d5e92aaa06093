// The profiles of all clients, and how an event is read with them. Whose profile counts is known only when an event has
// been read: the profile of a client applies to the events that, read with it, are that client's.

import type { Micros } from "./calendar.ts";
import type { Identity, Normalization, Submitted } from "./event.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Json } from "./json.ts";
import { canonicalJson } from "./json.ts";
import { normalize } from "./normalize.ts";
import { defaultProfile, NO_PROFILE, type Profile, type ProfileVersion } from "./profile.ts";

/** How an event was read, and by what. */
export interface ProfiledReading {
  readonly normalization: Normalization;
  readonly profile: Profile;
  /** 0 where it was read without a profile. */
  readonly profileVersion: number;
  /** The entry of the log that last changed any profile. */
  readonly asOf: number;
  /** What the same event was by the earlier versions of the profile, as far as that is something else. */
  readonly earlier: readonly Identity[];
}

export interface ProfileBook {
  /** Reads an event with the profile of its client, or without one. */
  read(submitted: Pick<Submitted, "raw" | "idempotencyKey">, nowUs: Micros): ProfiledReading;
  /** The book as it would be if a client had this profile. */
  with(client: string, profile: Profile | null): ProfileBook;
}

/** What is known of one client. */
interface Chapter {
  readonly client: string;
  readonly version: number;
  /** Null where it has none now. */
  readonly profile: Profile | null;
  /** All others that it ever had, each once, and what events were read with before it had any. */
  readonly earlier: readonly Profile[];
}

/** `versions`: all that every client ever had, oldest first. */
export const createProfileBook = (versions: readonly ProfileVersion[], asOf: number): ProfileBook => {
  const chapters = new Map<string, Chapter>();
  for (const [client, own] of Map.groupBy(versions, (version) => version.client)) {
    const last = own.at(-1);
    if (last !== undefined) chapters.set(client, chapterOf(last, own));
  }
  const withOwnNames = [...chapters.values()].filter(({ profile }) => (profile?.aliases.client.length ?? 0) > 0);

  const read: ProfileBook["read"] = ({ raw, idempotencyKey }, nowUs) => {
    const plain = normalize(raw, { profile: defaultProfile, nowUs });
    if (chapters.size === 0) return { normalization: plain, ...withoutProfile, asOf };
    const applied = chapterFor(raw, plain, nowUs) ?? { normalization: plain, chapter: null };
    const { normalization, chapter } = applied;
    const known = chapter ?? chapters.get(normalization.facts.client ?? "");
    const profile = chapter?.profile ?? defaultProfile;
    return {
      ...{ normalization, profile, profileVersion: chapter?.version ?? NO_PROFILE, asOf },
      earlier: known === undefined ? [] : earlierOf({ raw, idempotencyKey }, { ...applied, profile, known, nowUs }),
    };
  };

  const chapterFor = (raw: Json, plain: Normalization, nowUs: Micros): Applied | null => {
    const apply = (chapter: Chapter | undefined): Applied | null => {
      if (chapter === undefined || chapter.profile === null) return null;
      const normalization = normalize(raw, { profile: chapter.profile, nowUs });
      return normalization.facts.client === chapter.client ? { normalization, chapter } : null;
    };
    const own = apply(chapters.get(plain.facts.client ?? ""));
    if (own !== null) return own;
    const others = withOwnNames.map(apply).filter((applied) => applied !== null);
    // Where several clients lay claim to an event, nobody can say whose it is.
    return others.length === 1 ? (others[0] ?? null) : null;
  };

  return {
    read,
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

const withoutProfile = { profile: defaultProfile, profileVersion: NO_PROFILE, earlier: [] } as const;

const textOf = (profile: Profile): string => canonicalJson(profile as unknown as Json);

const chapterOf = ({ client, version, profile }: ProfileVersion, own: readonly ProfileVersion[]): Chapter => {
  const texts = new Map([defaultProfile, ...own.map((version) => version.profile ?? defaultProfile)].map(withText));
  texts.delete(textOf(profile ?? defaultProfile));
  return { client, version, profile, earlier: [...texts.values()] };
};

const withText = (profile: Profile): readonly [string, Profile] => [textOf(profile), profile];

interface Circumstances {
  readonly normalization: Normalization;
  readonly profile: Profile;
  readonly known: Chapter;
  readonly nowUs: Micros;
}

/** Sent before a profile was changed and again after, an event must not be counted twice. */
const earlierOf = (
  { raw, idempotencyKey }: Pick<Submitted, "raw" | "idempotencyKey">,
  { normalization, profile, known, nowUs }: Circumstances,
): readonly Identity[] => {
  if (normalization.kind !== "event") return [];
  const identityBy = (profile: Profile, { facts }: Normalization & { readonly kind: "event" }): Identity => ({
    facts,
    fingerprint: fingerprint(facts),
    idempotencyKey: keyBy(profile, idempotencyKey),
  });
  const now = identityBy(profile, normalization);
  return known.earlier.flatMap((earlier) => {
    const reading = normalize(raw, { profile: earlier, nowUs });
    if (reading.kind !== "event") return [];
    if (earlier !== defaultProfile && reading.facts.client !== known.client) return [];
    const identity = identityBy(earlier, reading);
    const isSame = identity.fingerprint === now.fingerprint && identity.idempotencyKey === now.idempotencyKey;
    return isSame ? [] : [identity];
  });
};

/** The key by which an event is identified; null where its client's profile ignores keys. */
export const keyBy = ({ identity }: Profile, idempotencyKey: string | null): string | null =>
  identity === "CONTENT" ? null : idempotencyKey;
