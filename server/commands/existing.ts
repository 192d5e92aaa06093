// For commands that ask a database and would not make one: a mistyped DATABASE_URL must not be answered from an empty file.
import { existsSync } from "node:fs";
import { type Config, ConfigError } from "../config.ts";

/** @throws ConfigError where the SQLite file is not there. */
export const checkExists = (database: Config["database"]): void => {
  if (database.kind === "sqlite" && !existsSync(database.file))
    throw new ConfigError(`There is no database at ${database.file}. DATABASE_URL says where it is.`);
};
