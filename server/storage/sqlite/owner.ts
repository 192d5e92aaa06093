// Who owns the database file: one server at a time. Two files beside the database belong to this:
//
//   FILE-lock    always empty; a lock of the operating system on it, which ends with the process, however that ends
//   FILE-owner   tells in JSON who holds that lock, for people and for the next server. It stays when the server has
//                gone, and is the witness that there was a database here
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import BetterSqlite from "better-sqlite3";
import type { Log } from "../../log.ts";
import { codeOf } from "./faults.ts";
import { placeOf, refuseStranger } from "./place.ts";

/** Longer than an owner takes from the lock to the telling of its name. */
const CLAIM_LIMIT_MS = 1_000;

interface Owner {
  /** Null until there is a database. */
  readonly databaseId: string | null;
  readonly pid: number;
  readonly host: string;
  readonly url: string | null;
  readonly since: string;
}

export interface Ownership {
  /** The path of the file, free of links. */
  readonly place: string;
  /** Whether a database was made here. */
  readonly wasMade: boolean;
  /** Leaves the witness that it is there. */
  tellMade(databaseId: string): void;
  release(): void;
}

interface OwnerOptions {
  readonly file: string;
  /** Where the server will listen; null where that is not known yet. */
  readonly url: string | null;
  /** The clock, in microseconds since 1970. */
  readonly now: () => number;
  readonly log?: Pick<Log, "warn"> | undefined;
}

/** Takes the file for this process. @throws Error that names the server which has it. */
export const ownFile = ({ file, url, now, log }: OwnerOptions): Ownership => {
  mkdirSync(dirname(file), { recursive: true });
  const place = placeOf(file);
  // Where nobody has ever owned it nobody has it open, and nothing is to be laid beside a file that is none of ours.
  if (!existsSync(`${place}-owner`)) refuseStranger(place);
  const release = lock(place);
  const previous = readOwner(place);
  const owner = { pid: process.pid, host: hostname(), url, since: new Date(now() / 1000).toISOString() };
  const tell = (databaseId: string | null): void => {
    try {
      writeOwner(place, { databaseId, ...owner });
    } catch (error) {
      // A full disk is no reason not to start: questions can still be answered.
      log?.warn({ err: error }, "could not write down who owns the database");
    }
  };
  const databaseId = previous?.databaseId ?? null;
  tell(databaseId);
  return { place, wasMade: databaseId !== null, tellMade: tell, release };
};

/**
 * SQLite is the one way from here to locks of the operating system. Nothing is ever written to this database, so it
 * needs no space, and stays an empty file. It also knows of a second owner within the process, which the locks do not.
 */
const lock = (place: string): (() => void) => {
  const path = `${place}-lock`;
  // Only where there is none: to close any descriptor of it would give up the lock of an owner in this process.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  const connection = new BetterSqlite(path, { timeout: CLAIM_LIMIT_MS });
  try {
    connection.pragma("journal_mode = MEMORY");
    connection.exec("begin immediate");
  } catch (error) {
    connection.close();
    throw codeOf(error).startsWith("SQLITE_BUSY") ? ownedBy(place, readOwner(place)) : error;
  }
  return () => {
    connection.close();
  };
};

/** The file belongs to a server that runs. */
export class Owned extends Error {}

const ownedBy = (place: string, owner: Owner | null): Owned => {
  const who =
    owner === null
      ? "another server"
      : `another server: process ${owner.pid} on ${owner.host}${owner.url === null ? "" : `, ${owner.url}`}, since ${owner.since}`;
  return new Owned(`the database ${place} belongs to ${who}. One server at a time writes to a SQLite file.`);
};

/** Whether a database was made here, for whoever does not own it. */
export const wasMadeAt = (place: string): boolean => (readOwner(place)?.databaseId ?? null) !== null;

/** Null where there is none, or none that can be read. */
const readOwner = (place: string): Owner | null => {
  try {
    return JSON.parse(readFileSync(`${place}-owner`, "utf8")) as Owner;
  } catch {
    return null;
  }
};

/** Whole or not at all, whatever happens meanwhile. */
const writeOwner = (place: string, owner: Owner): void => {
  const path = `${place}-owner`;
  writeFileSync(`${path}.new`, `${JSON.stringify(owner)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
};
