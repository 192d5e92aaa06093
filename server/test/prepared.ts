// Raw events as the pipeline hands them over to a storage.
import type { Prepared } from "../domain/event.ts";
import type { Json } from "../domain/json.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import { createProfileBook } from "../domain/profile-book.ts";
import { prepare } from "../pipeline/prepare.ts";

/** When the cases take place. */
export const NOON = Date.UTC(2026, 0, 31, 12) * 1000;

interface Circumstances {
  readonly nowUs?: number;
  readonly profile?: Profile;
}

/** A raw event as it goes to the commit, read with this profile whoever its client is. */
export const prepared = (
  raw: Json,
  idempotencyKey: string | null = null,
  { nowUs = NOON, profile = defaultProfile }: Circumstances = {},
): Prepared => {
  const submitted = { raw, idempotencyKey };
  const plain = createProfileBook([], 0).read(submitted, nowUs);
  if (profile === defaultProfile) return prepare(submitted, plain, nowUs);
  const { client } = plain.normalization.facts;
  const book = client === undefined ? null : createProfileBook([], 0).with(client, profile);
  return prepare(submitted, book?.read(submitted, nowUs) ?? plain, nowUs);
};
