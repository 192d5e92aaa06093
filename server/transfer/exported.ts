// How a line of an export says what it is, so that an import knows it again. Each line says so itself: files may be cut,
// sorted, filtered and put together.
import type { Facts } from "../domain/event.ts";
import { fingerprint } from "../domain/fingerprint.ts";
import type { Json } from "../domain/json.ts";
import { normalize } from "../domain/normalize.ts";
import { defaultProfile, MAX_FUTURE_SECONDS } from "../domain/profile.ts";

/** The name of the member, or of the column, that marks a line; and the marks, each with the version of its form. */
export const MARK = "surecount";
export const marks = { events: "event/1", failures: "failure/1", aggregations: "aggregation/1" } as const;

export type ExportKind = keyof typeof marks;

/** A mark of ours, perhaps of a later version. */
export const isMark = (value: Json | undefined): value is string =>
  typeof value === "string" && /^(event|failure|aggregation)\/\d+$/.test(value);

/** What a profile allows does not matter: the event was counted. */
const lenientProfile = {
  ...{ ...defaultProfile, allowZero: true, allowNegative: true, futureLimitSeconds: MAX_FUTURE_SECONDS },
};

type Fields = Readonly<Record<string, Json | undefined>>;

/** The facts that a line states; null where they are not canonical, or its fingerprint is not theirs: it was changed. */
export const statedFacts = (line: Fields, nowUs: number): Facts | null => {
  const { client, metric, unit = null, amount, timestamp } = line;
  const raw = { client, metric, unit, amount, timestamp } as { readonly [key: string]: Json };
  const read = normalize(raw, { profile: lenientProfile, nowUs });
  if (read.kind === "invalid") return null;
  const { facts } = read;
  const isCanonical = (Object.keys(facts) as (keyof Facts)[]).every((fact) => facts[fact] === raw[fact]);
  return isCanonical && fingerprint(facts) === line.fingerprint ? facts : null;
};
