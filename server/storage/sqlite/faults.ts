// The faults of SQLite and of its disk told apart: what passes, what never will in this process, and what must end it.
// Codes: https://www.sqlite.org/rescode.html
//
//   locked, full            -> UNAVAILABLE until it has passed; the next write may succeed
//   damaged, displaced      -> nothing is written any more; what can be read is still served, and a person must look
//   failing                 -> as before, and the server ends: what the kernel could not write it may have dropped, and
//                              only a new process reads what is really there
import { AppError } from "../../domain/error.ts";

const NOTHING_WRITTEN = "Nothing was written: send the same request again.";
const NOTHING_MORE = "Nothing is written any more until it has been put right: send the same request again then.";

const faults = {
  locked: { retryAfterMs: 1_000, message: `Another process holds the database locked. ${NOTHING_WRITTEN}` },
  full: {
    retryAfterMs: 5_000,
    message: `The database cannot write: its disk is full or read-only. ${NOTHING_WRITTEN}`,
  },
  damaged: { retryAfterMs: 60_000, message: `The database file is damaged. ${NOTHING_MORE}` },
  displaced: {
    retryAfterMs: 60_000,
    message: `The database file was removed, replaced or cut short under the server. ${NOTHING_MORE}`,
  },
  // A commit that could not be synced may be there all the same when the file is read again.
  failing: {
    retryAfterMs: 5_000,
    message:
      "The disk of the database fails. Whether this was written is not known: send the same request again, and it is counted once.",
  },
} as const;

export type Fault = keyof typeof faults;

/** The code of the fault that SQLite cannot see: the file is not any more where everybody looks for it. */
export const DISPLACED = "DISPLACED";

/** The code that SQLite or the operating system gave; "" where there is none. Drizzle wraps what SQLite says. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause);
};

/** Null: a fault of ours, or none that these words fit. */
const faultOf = (code: string): Fault | null => {
  if (code === DISPLACED || code === "SQLITE_READONLY_DBMOVED") return "displaced";
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)) return "locked";
  if (/^SQLITE_(FULL|READONLY|CANTOPEN)/.test(code)) return "full";
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return "damaged";
  if (/^SQLITE_IOERR(?!_NOMEM)/.test(code)) return "failing";
  return null;
};

/** A database that cannot serve now is UNAVAILABLE; everything else stays the fault that it is. */
export const toAppError = (error: unknown): unknown => {
  const fault = error instanceof AppError ? null : faultOf(codeOf(error));
  if (fault === null) return error;
  const { message, retryAfterMs } = faults[fault];
  return new AppError("UNAVAILABLE", message, { retryAfterMs, cause: error });
};

/** The fault that will not pass while this process lives; null where it is another, or none. */
export const lastingFaultOf = (error: unknown): "damaged" | "displaced" | "failing" | null => {
  const fault = error instanceof AppError ? faultOf(codeOf(error.cause)) : null;
  return fault === "locked" || fault === "full" ? null : fault;
};

const RESTORE = "Restore it from a backup: npm start -- restore FILE --replace keeps what is there beside it.";

/** What to tell an operator whose database cannot be opened. */
export const toOpeningError = (file: string, error: unknown): Error => {
  const reason = error instanceof Error ? error.message : String(error);
  const because = (sentence: string): Error => Object.assign(new Error(sentence, { cause: error }), { file });
  switch (faultOf(codeOf(error))) {
    case "locked":
      return because(
        `the database ${file} is locked by another process, and stays so. End that process, or wait until it is done.`,
      );
    case "damaged":
      return because(`the database ${file} is damaged: ${reason}. It was not changed. ${RESTORE}`);
    case "failing":
      return because(
        `the disk fails at the database ${file}: ${codeOf(error)}. Look at the disk before anything else.`,
      );
    default:
      return because(`the database ${file} cannot be opened: ${reason}.`);
  }
};

/** A file that must not be opened as it is. The sentence says what to do. */
export const lossOf = (file: string, what: string): Error =>
  new Error(
    `the database ${file} ${what}, though data was stored in it. ${RESTORE} To begin with an empty one instead, delete all files whose names begin with ${file}.`,
  );
