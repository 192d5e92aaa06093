// What would become of many failed events, counted.
import type { Result } from "../domain/event.ts";
import type { FailureFilter } from "../domain/filter.ts";
import { identityText } from "../domain/fingerprint.ts";
import type { ProfileBook } from "../domain/profile-book.ts";
import type { Storage } from "../storage/storage.ts";
import { isOf, type Prospect, type Retries, unresolved } from "./retry.ts";

/** Somebody waits for the answer. */
const MAX_LOOKED = 10_000;
/** Looked at together: with 200, of up to 256 KiB each, all else had to wait for them. */
const PAGE = 25;
const MAX_SAMPLES = 5;

export interface Forecast {
  /** How many there are. */
  readonly total: number;
  /** How many were looked at. */
  readonly looked: number;
  readonly counts: Readonly<Record<Result["outcome"], number>>;
  /** Some of each outcome. */
  readonly samples: readonly Prospect[];
}

interface ForecastDeps {
  readonly storage: Pick<Storage, "failures" | "countFailures">;
  readonly retries: Pick<Retries, "foresee">;
}

/** For whom a profile is tried. */
interface Trial {
  readonly book: ProfileBook;
  /** Of failures whose client could not be read only those count that would be this client's. */
  readonly client: string;
}

/** Looks at the failures of the filter that something can still be done about. Stores nothing. */
export const forecast = async (
  { storage, retries }: ForecastDeps,
  filter: FailureFilter,
  trial?: Trial,
): Promise<Forecast> => {
  let total = await storage.countFailures(unresolved(filter));
  const counts = { ACCEPTED: 0, DUPLICATE: 0, CONFLICT: 0, REJECTED: 0 };
  const identities = new Set<string>();
  const samples: Prospect[] = [];
  let looked = 0;
  for (let above = 0; looked < MAX_LOOKED; ) {
    const page = await storage.failures(unresolved(filter), { above, order: "ascending", limit: PAGE });
    for (const prospect of await Promise.all(page.map((failure) => retries.foresee(failure, trial?.book)))) {
      if (trial !== undefined && !isOf(trial.client, prospect)) {
        total -= 1;
        continue;
      }
      const outcome = outcomeAmong(identities, prospect);
      if (counts[outcome] < MAX_SAMPLES) samples.push({ ...prospect, outcome });
      counts[outcome] += 1;
    }
    looked += page.length;
    above = page.at(-1)?.id ?? above;
    if (page.length < PAGE) break;
  }
  return { total, looked, counts, samples };
};

/** Of several failures that are one event the first would be counted, and the others found to be the same. */
const outcomeAmong = (identities: Set<string>, { outcome, prepared }: Prospect): Result["outcome"] => {
  if (outcome !== "ACCEPTED" || prepared === null) return outcome;
  const identity = identityText(prepared);
  if (identities.has(identity)) return "DUPLICATE";
  identities.add(identity);
  return outcome;
};
