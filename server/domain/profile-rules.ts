// What a profile must be to be taken: checked as a whole, so that everything wrong with it is told at once.
import { z } from "zod";
import { AppError } from "./error.ts";
import { parsePath } from "./path.ts";
import { defaultProfile, MAX_FUTURE_SECONDS, type Profile } from "./profile.ts";
import { isTimeZone } from "./zone.ts";

const MAX_ALIASES = 20;
const MAX_ALIAS_LENGTH = 200;

const alias = z
  .string()
  .max(MAX_ALIAS_LENGTH, `must have at most ${MAX_ALIAS_LENGTH} characters`)
  .refine(
    (path) => parsePath(path) !== null,
    "must be a name such as kind, or a path such as data.type or items[0].price",
  );

const aliases = z
  .array(alias)
  .max(MAX_ALIASES, `must be at most ${MAX_ALIASES}`)
  .nullish()
  .transform((paths) => [...new Set(paths ?? [])]);

const orDefault = <T extends z.ZodType>(schema: T, fallback: z.output<T>) =>
  schema.nullish().transform((value) => value ?? fallback);

const seconds = (least: number, most: number) => {
  const message = `must be a whole number of seconds from ${least} to ${most}`;
  return z.int(message).min(least, message).max(most, message);
};

/** The greatest Int of GraphQL: 68 years, and no event is older than the year 2000. */
const MAX_LATE_SECONDS = 2 ** 31 - 1;

const MAX_RATE = 1_000_000_000;
const RATE = `must be a whole number of events from 1 to ${MAX_RATE}`;

const schema = z.object({
  aliases: z
    .object({ client: aliases, metric: aliases, unit: aliases, amount: aliases, timestamp: aliases })
    .nullish()
    .transform((given) => given ?? defaultProfile.aliases),
  decimalSeparator: orDefault(z.enum(["DOT", "COMMA"]).nullable(), null),
  dateOrder: orDefault(z.enum(["DMY", "MDY"]).nullable(), null),
  timeZone: orDefault(
    z.string().refine(isTimeZone, "must be the IANA name of a time zone, such as Europe/Berlin").nullable(),
    null,
  ),
  allowZero: orDefault(z.boolean(), false),
  allowNegative: orDefault(z.boolean(), false),
  identity: orDefault(z.enum(["KEY", "CONTENT"]), "KEY"),
  lateLimitSeconds: orDefault(seconds(1, MAX_LATE_SECONDS).nullable(), null),
  futureLimitSeconds: orDefault(seconds(0, MAX_FUTURE_SECONDS).nullable(), null),
  rateLimitPerMinute: orDefault(z.int(RATE).min(1, RATE).max(MAX_RATE, RATE).nullable(), null),
});

/** A profile as it may be written: whatever is left out is as without a profile. */
export type ProfileText = z.input<typeof schema>;

/** @throws AppError BAD_USER_INPUT naming all that cannot be taken. */
export const parseProfile = (text: ProfileText): Profile => {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new AppError("BAD_USER_INPUT", `The profile cannot be taken: ${problems.join("; ")}.`, {
    details: { problems },
  });
};
