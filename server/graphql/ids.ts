// What stands in the ids of rows. They are no secret, so anyone can make some up.
import { AppError } from "../domain/error.ts";

/** The number of the row, which the id names beside its type. @throws AppError BAD_USER_INPUT where it can be none. */
export const readId = (id: string): number => {
  if (/^[1-9]\d{0,14}$/.test(id)) return Number(id);
  throw new AppError("BAD_USER_INPUT", "The id is none that this server has given.");
};
