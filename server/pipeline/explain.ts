// Why an event is what it is: how what was sent was read, by the profile of that time.
import type { Event, Normalization } from "../domain/event.ts";
import { preimage } from "../domain/fingerprint.ts";
import { bucketStart, QUARTER, QUARTER_US } from "../domain/grain.ts";
import type { Json } from "../domain/json.ts";
import { normalize } from "../domain/normalize.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import type { Tally } from "../domain/rollup.ts";
import type { Storage } from "../storage/storage.ts";

/** A bucket that an event counts in, with all that it counts now. */
export interface Bucket {
  /** Null for all time. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly rollup: Tally;
}

export interface Explanation {
  readonly event: Event;
  /** The text that was kept of what was sent; null once retention has removed it. */
  readonly rawText: string | null;
  /** How it was read; null where the text is gone. */
  readonly normalization: Normalization | null;
  /** What it was read with; null for the defaults. */
  readonly profile: Profile | null;
  readonly preimage: string;
  /** None where the event is voided. */
  readonly buckets: readonly Bucket[];
}

type Source = Pick<Storage, "rawEvent" | "profileVersions" | "rollups">;

export const explain = async (storage: Source, event: Event): Promise<Explanation> => {
  const [rawText, profile, buckets] = await Promise.all([
    storage.rawEvent(event.seq),
    profileOf(storage, event),
    event.voidedBy === null ? bucketsOf(storage, event) : [],
  ]);
  const options = { profile: profile ?? defaultProfile, nowUs: event.receivedAtUs };
  const normalization = rawText === null ? null : normalize(JSON.parse(rawText) as Json, options);
  return { event, rawText, normalization, profile, preimage: preimage(event), buckets };
};

const profileOf = async (storage: Source, { client, profileVersion }: Event): Promise<Profile | null> => {
  if (profileVersion === 0) return null;
  const { versions } = await storage.profileVersions(client);
  return versions.find(({ version }) => version === profileVersion)?.profile ?? null;
};

const bucketsOf = async (storage: Source, event: Event): Promise<readonly Bucket[]> => {
  const { client, metric, unit, timestampUs } = event;
  const fromUs = bucketStart(QUARTER, timestampUs);
  const toUs = fromUs + QUARTER_US;
  const series = { clients: [client], metrics: [metric] };
  const find = async (filter: object): Promise<Tally | undefined> => {
    const { rows } = await storage.rollups({ filter: { ...series, ...filter }, groupBy: ["CLIENT", "METRIC", "UNIT"] });
    return unpackRows(rows).find((rollup) => rollup.unit === unit);
  };
  const [quarter, all] = await Promise.all([find({ fromUs, toUs }), find({})]);
  return [
    ...(quarter === undefined ? [] : [{ fromUs, toUs, rollup: quarter }]),
    ...(all === undefined ? [] : [{ fromUs: null, toUs: null, rollup: all }]),
  ];
};
