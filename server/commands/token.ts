// token create, list, rotate and revoke, on the database of the settings, beside servers or without.

import { runTokenCommand, type TokenRequest } from "../auth/command.ts";
import { type Command, UsageError } from "../cli.ts";
import { readConfig } from "../config.ts";
import { AppError } from "../domain/error.ts";
import { openTokenStore } from "../upkeep.ts";
import { checkExists } from "./existing.ts";

type TokenCommand = Extract<Command, { readonly name: `token ${string}` }>;

export const token = async (command: TokenCommand): Promise<void> => {
  const { database } = readConfig(process.env);
  if (command.name !== "token create") checkExists(database);
  const { store, close } = await openTokenStore(database);
  try {
    const { lines, note } = await runTokenCommand({ store, now: () => Date.now() * 1000 }, requestOf(command));
    if (note !== null) console.error(note);
    for (const line of lines) console.log(line);
  } catch (error) {
    if (error instanceof AppError && error.code === "BAD_USER_INPUT") throw new UsageError(error.message);
    throw error;
  } finally {
    await close();
  }
};

const requestOf = (command: TokenCommand): TokenRequest => {
  switch (command.name) {
    case "token create": {
      const { client: clients, scopes, name, expires } = command.options;
      return { kind: "create", scopes, clients, name, expires };
    }
    case "token list":
      return { kind: "list" };
    case "token rotate":
      return { kind: "rotate", id: command.options.id, grace: command.options.grace };
    case "token revoke":
      return { kind: "revoke", id: command.options.id };
    default:
      return command satisfies never;
  }
};
