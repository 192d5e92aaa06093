// A client's profile as it stands in a form, and as the API takes it; and which field a refusal is about.
import type { Profile, ProfileInput } from "../api/profile-operations.ts";

export const facts = ["client", "metric", "amount", "unit", "timestamp"] as const;
export type Fact = (typeof facts)[number];

export const limitUnits = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export type LimitUnit = keyof typeof limitUnits;

/** A span of time as people write it; empty where there is no limit of one's own. */
export interface Limit {
  readonly count: string;
  readonly unit: LimitUnit;
}

export interface ProfileDraft {
  /** For each fact its other names, separated by commas or line ends. */
  readonly aliases: Readonly<Record<Fact, string>>;
  readonly decimalSeparator: "" | "DOT" | "COMMA";
  readonly dateOrder: "" | "DMY" | "MDY";
  readonly timeZone: string;
  readonly allowZero: boolean;
  readonly allowNegative: boolean;
  readonly identity: "KEY" | "CONTENT";
  readonly late: Limit;
  readonly future: Limit;
  /** Events a minute; empty where there is no limit of its own. */
  readonly rate: string;
}

/** The form for a profile, or for none. */
export const draftOf = (profile: Profile | null): ProfileDraft => ({
  aliases: Object.fromEntries(facts.map((fact) => [fact, profile?.aliases[fact].join(", ") ?? ""])) as Record<
    Fact,
    string
  >,
  decimalSeparator: profile?.decimalSeparator ?? "",
  dateOrder: profile?.dateOrder ?? "",
  timeZone: profile?.timeZone ?? "",
  allowZero: profile?.allowZero ?? false,
  allowNegative: profile?.allowNegative ?? false,
  identity: profile?.identity ?? "KEY",
  late: limitOf(profile?.lateLimitSeconds ?? null),
  future: limitOf(profile?.futureLimitSeconds ?? null),
  rate: String(profile?.rateLimitPerMinute ?? ""),
});

/** What a profile says, as the API takes it. */
export const inputOf = (profile: Profile | null): ProfileInput => toInput(draftOf(profile));

/** What the form says, as the API takes it. */
export const toInput = (draft: ProfileDraft): ProfileInput => ({
  aliases: Object.fromEntries(facts.map((fact) => [fact, namesIn(draft.aliases[fact])])),
  decimalSeparator: draft.decimalSeparator || null,
  dateOrder: draft.dateOrder || null,
  timeZone: draft.timeZone.trim() || null,
  allowZero: draft.allowZero,
  allowNegative: draft.allowNegative,
  identity: draft.identity,
  lateLimitSeconds: secondsOf(draft.late),
  futureLimitSeconds: secondsOf(draft.future),
  rateLimitPerMinute: draft.rate.trim() === "" ? null : Number(draft.rate),
});

const namesIn = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");

const limitOf = (seconds: number | null): Limit => {
  if (seconds === null) return { count: "", unit: "hours" };
  const units = Object.entries(limitUnits).toReversed() as [LimitUnit, number][];
  const [unit, length] = units.find(([, length]) => seconds % length === 0 && seconds > 0) ?? ["seconds", 1];
  return { count: String(seconds / length), unit };
};

const secondsOf = ({ count, unit }: Limit): number | null =>
  count.trim() === "" ? null : Math.round(Number(count) * limitUnits[unit]);

/** What is wrong in the form before it is sent: a limit that is no number. */
export const flawsOf = ({ late, future, rate }: ProfileDraft): Readonly<Record<string, string>> => ({
  ...(isLimit(late) ? {} : { lateLimitSeconds: "must be a number" }),
  ...(isLimit(future) ? {} : { futureLimitSeconds: "must be a number" }),
  ...(/^\d{0,9}$/.test(rate.trim()) ? {} : { rateLimitPerMinute: "must be a whole number" }),
});

const isLimit = ({ count }: Limit): boolean => count.trim() === "" || /^\d{1,10}(\.\d+)?$/.test(count.trim());

/** The refusals of the API by field: `timeZone must be …`, `aliases.amount.0 must be …`. */
export const flawsIn = (problems: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    problems.map((problem) => {
      const [path = "", ...words] = problem.split(" ");
      const [field = "", fact] = path.split(".");
      return [fact === undefined ? field : `${field}.${fact}`, words.join(" ")];
    }),
  );

/** A form that somebody has typed in, and the profile that it was typed over. */
export interface EditedDraft {
  readonly draft: ProfileDraft;
  readonly base: Profile | null;
}

export const isSameDraft = (one: ProfileDraft, other: ProfileDraft): boolean =>
  JSON.stringify(toInput(one)) === JSON.stringify(toInput(other));

/** Whether the profile has changed since somebody began to type over it. */
export const isOvertaken = ({ base }: EditedDraft, profile: Profile | null): boolean =>
  (base?.version ?? 0) !== (profile?.version ?? 0);

/** What was typed, upon a profile that has changed meanwhile: what was not touched here is as it is there. */
export const moveDraft = ({ draft, base }: EditedDraft, profile: Profile | null): EditedDraft => {
  const [before, theirs] = [draftOf(base), draftOf(profile)];
  const isTouched = (mine: unknown, was: unknown) => JSON.stringify(mine) !== JSON.stringify(was);
  const moved = Object.keys(draft).map((name) => {
    const field = name as keyof ProfileDraft;
    return [field, isTouched(draft[field], before[field]) ? draft[field] : theirs[field]] as const;
  });
  const aliases = facts.map((fact) => {
    const isMine = isTouched(draft.aliases[fact], before.aliases[fact]);
    return [fact, isMine ? draft.aliases[fact] : theirs.aliases[fact]] as const;
  });
  return {
    draft: {
      ...(Object.fromEntries(moved) as unknown as ProfileDraft),
      aliases: Object.fromEntries(aliases) as ProfileDraft["aliases"],
    },
    base: profile,
  };
};
