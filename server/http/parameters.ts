// The parameters of a URL, where each has one value and none but those that are known is let through.
import { AppError } from "../domain/error.ts";

/** @throws AppError BAD_USER_INPUT for one that is not known, or is there twice. */
export const onlyParameters = (url: string, names: readonly string[]): Readonly<Record<string, string | undefined>> => {
  const parameters = [...new URLSearchParams(url.split("?", 2)[1] ?? "")];
  for (const [index, [name]] of parameters.entries()) {
    if (!names.includes(name))
      throw new AppError(
        "BAD_USER_INPUT",
        `There is no parameter ${JSON.stringify(name)}. There are: ${names.join(", ")}.`,
      );
    if (parameters.findIndex(([other]) => other === name) < index)
      throw new AppError("BAD_USER_INPUT", `The parameter ${name} is given twice.`);
  }
  return Object.fromEntries(parameters);
};
