// What a reader may ask of the lists (events, failures, log), and the cursors by which it pages through them.
import { hash } from "node:crypto";
import type { Micros } from "./calendar.ts";
import { AppError } from "./error.ts";
import type { Action, Entry, Outcome } from "./event.ts";
import type { FailureKind, FailureState } from "./failure.ts";
import type { ProblemCode } from "./problem.ts";

/** Absent: no restriction. An empty list admits nothing. */
type OneOf<T> = readonly T[] | undefined;

export interface EventFilter {
  readonly clients?: OneOf<string>;
  readonly metrics?: OneOf<string>;
  readonly units?: OneOf<string>;
  /** Inclusive, on the event's own timestamp. */
  readonly fromUs?: Micros | undefined;
  /** Exclusive, on the event's own timestamp. */
  readonly toUs?: Micros | undefined;
  /** Part of the raw event, the idempotency key, the client or the metric; letter case does not matter in ASCII. */
  readonly text?: string | undefined;
}

export interface FailureFilter {
  readonly ids?: OneOf<number>;
  readonly clients?: OneOf<string>;
  /** Those whose client could not be read; with `clients`, those as well. */
  readonly withoutClient?: boolean | undefined;
  readonly kinds?: OneOf<FailureKind>;
  readonly states?: OneOf<FailureState>;
  readonly codes?: OneOf<ProblemCode>;
  /** Places of problems, empty for that of the whole event. With codes, one problem must meet both. */
  readonly paths?: OneOf<string>;
  /** Inclusive, on the time it was last seen. */
  readonly fromUs?: Micros | undefined;
  /** Exclusive, on the time it was last seen. */
  readonly toUs?: Micros | undefined;
  /** Part of the raw event or the idempotency key. */
  readonly text?: string | undefined;
}

export interface LogFilter {
  readonly clients?: OneOf<string>;
  readonly metrics?: OneOf<string>;
  readonly outcomes?: OneOf<Outcome>;
  readonly actions?: OneOf<Action>;
  /** The id of a job: all entries that it made. */
  readonly job?: number | undefined;
  /** The seq of an event: all entries about it. */
  readonly event?: number | undefined;
  /** The id of a failure: all entries about it. */
  readonly failure?: number | undefined;
}

/** The conditions that can be told from an entry alone. */
export type FeedFilter = Pick<LogFilter, "clients" | "metrics" | "outcomes">;

/** Decides on entries at hand as the storage decides on those that it reads. */
export const isAdmittedBy = ({ clients, metrics, outcomes }: FeedFilter): ((entry: Entry) => boolean) => {
  const isOneOf = (values: OneOf<unknown>): ((value: unknown) => boolean) => {
    if (values === undefined) return () => true;
    const set = new Set(values);
    return (value) => set.has(value);
  };
  const [isClient, isMetric, isOutcome] = [isOneOf(clients), isOneOf(metrics), isOneOf(outcomes)];
  return ({ client, event, action }) => isClient(client) && isMetric(event?.metric) && isOutcome(action);
};

/** A stretch of a list whose rows have growing positions: those between the bounds, from one end, at most `limit`. */
export interface Range {
  /** Exclusive. */
  readonly above?: number | undefined;
  /** Exclusive. */
  readonly below?: number | undefined;
  readonly order: "ascending" | "descending";
  readonly limit: number;
}

/** A cursor belongs to one list of one database, so that it cannot be taken for a position in another. */
export type ListName = "deliveries" | "events" | "failures" | "jobs" | "log" | "profiles" | "tokens";

interface Position {
  readonly list: ListName;
  readonly databaseId: string;
  readonly position: number;
}

const checksum = (text: string): string => hash("sha256", text).slice(0, 8);

/** The opaque text that stands for a position. */
export const encodeCursor = ({ list, databaseId, position }: Position): string => {
  const text = `${list}:${databaseId}:${position}`;
  return Buffer.from(`${text}:${checksum(text)}`).toString("base64url");
};

/** The position that a cursor stands for. @throws AppError BAD_USER_INPUT where it is broken or of another list or database. */
export const decodeCursor = (cursor: string, { list, databaseId }: Omit<Position, "position">): number => {
  const decoded = Buffer.from(cursor, "base64url").toString();
  const [foundList, foundDatabase, position, check] = decoded.split(":");
  const intact =
    check !== undefined &&
    check === checksum(`${foundList}:${foundDatabase}:${position}`) &&
    Number.isSafeInteger(Number(position)) &&
    Buffer.from(decoded).toString("base64url") === cursor;
  if (!intact) throw refusal("is broken");
  if (foundList !== list) throw refusal(`belongs to the list of ${foundList}, not of ${list}`);
  if (foundDatabase !== databaseId) throw refusal("belongs to another database");
  return Number(position);
};

const refusal = (reason: string): AppError =>
  new AppError("BAD_USER_INPUT", `The cursor ${reason}. Leave it out to begin anew, or use one that this list gave.`);
