// Limits on what a filter may hold.
import { AppError } from "../domain/error.ts";

const MAX_VALUES = 500;
const MAX_TEXT_LENGTH = 256;

/** The values of one condition; undefined where it was not given. @throws AppError BAD_USER_INPUT where there are too many. */
export const filterValues = <T>(name: string, values: readonly T[] | null | undefined): readonly T[] | undefined => {
  if (values === null || values === undefined) return undefined;
  if (values.length > MAX_VALUES)
    throw new AppError(
      "BAD_USER_INPUT",
      `The filter's ${name} has ${values.length} values; at most ${MAX_VALUES} are possible.`,
    );
  return values;
};

/** The text to search for; undefined where nothing was given. @throws AppError BAD_USER_INPUT where it is too long. */
export const filterText = (text: string | null | undefined): string | undefined => {
  if (text === null || text === undefined || text === "") return undefined;
  if (text.length > MAX_TEXT_LENGTH)
    throw new AppError(
      "BAD_USER_INPUT",
      `The filter's text has ${text.length} characters; at most ${MAX_TEXT_LENGTH} are possible.`,
    );
  return text;
};
