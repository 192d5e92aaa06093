// What a command that fails says, in one line, and with which exit code it ends.
import { UsageError } from "../cli.ts";
import { ConfigError } from "../config.ts";
import { AddressError } from "../intake/address.ts";
import { BackupRefused } from "../storage/backup.ts";
import { CopyRefused } from "../storage/copy.ts";
import { Unreadable, VerifyRefused } from "../storage/verification.ts";
import { TransferRefused } from "../transfer/remote.ts";

/** What the operator can put right before anything else has happened. */
const isMisuse = (error: unknown): boolean =>
  error instanceof UsageError ||
  error instanceof ConfigError ||
  error instanceof AddressError ||
  error instanceof VerifyRefused;

const isRefusal = (error: unknown): boolean =>
  error instanceof BackupRefused || error instanceof CopyRefused || error instanceof TransferRefused;

/** Whether its message says by itself what was wrong. */
export const isTold = (error: unknown): boolean => isMisuse(error) || isRefusal(error) || error instanceof Unreadable;

export const exitCodeOf = (error: unknown): 1 | 2 => (isMisuse(error) ? 2 : 1);

/** One line. `what`: what was not done, such as "Surecount cannot start". */
export const complaintOf = (error: unknown, what: string): string => {
  if (error instanceof Unreadable) return `The database is damaged: ${error.message}. Restore a backup from before.`;
  return isTold(error) ? messageOf(error) : `${what}: ${messageOf(error)}`;
};

/** For the middle of a sentence. */
export const reasonOf = (error: unknown): string => messageOf(error).replace(/\.$/, "");

/** Where several addresses were tried in vain, the error for all of them says nothing. */
export const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
};
