// What the writing connection can do. There is one in a server, and only it changes anything.
import { createAppend } from "./append.ts";
import { databaseIdOf, inTransaction, openDatabase } from "./database.ts";

/** Opens the database, and makes it where there is none. @throws Error where that is not possible. */
export const openWriter = (file: string) => {
  const db = openDatabase(file);
  const databaseId = databaseIdOf(db);
  return {
    databaseId: () => databaseId,
    append: createAppend(db),
    checkWritable: () => inTransaction(db, () => {}),
    close: () => {
      db.$client.close();
    },
  };
};

export type Writer = ReturnType<typeof openWriter>;
