// The words that a person gives for a decision.
import { AppError } from "../domain/error.ts";

const MAX_LENGTH = 500;
/** Apart from tabs and line ends. */
const controlCharacter = /(?![\t\n\r])\p{Cc}/u;

/** @throws AppError BAD_USER_INPUT where it says nothing or too much. */
export const readReason = (reason: string): string => {
  const text = reason.trim();
  if (text !== "" && text.length <= MAX_LENGTH && text.isWellFormed() && !controlCharacter.test(text)) return text;
  throw new AppError("BAD_USER_INPUT", `Give a reason of 1 to ${MAX_LENGTH} characters, without control characters.`);
};
