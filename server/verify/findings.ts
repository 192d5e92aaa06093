// What is wrong, as it is found: the first findings in words, all others counted. A database may be damaged everywhere.
import { Unreadable } from "../storage/verification.ts";

export interface Finding {
  readonly table: string;
  /** Which row, such as `seq 17`; null where it is about the whole table. */
  readonly row: string | null;
  readonly what: string;
}

export interface Findings {
  add(table: string, row: string | null, what: string): void;
  /** Adds a finding where the two are not the same. */
  compare(place: Place, name: string, stored: Value, computed: Value): void;
  /** Does one check. Where a row holds what cannot even be understood, that is a finding too, and the answer is false. */
  attempt(table: string, row: string | null, check: () => void): boolean;
  /** Does a whole part. Where the database cannot be read or understood there, the other parts can still be verified. */
  part(table: string, check: () => Promise<void>): Promise<void>;
  readonly first: readonly Finding[];
  readonly count: number;
}

type Place = readonly [table: string, row: string | null];
type Value = string | number | null | undefined;

/** Enough to see what happened; a line each. */
export const MAX_FINDINGS = 100;

export const createFindings = (): Findings => {
  const first: Finding[] = [];
  let count = 0;

  const add: Findings["add"] = (table, row, what) => {
    count += 1;
    if (first.length < MAX_FINDINGS) first.push({ table, row, what });
  };

  return {
    add,
    compare: ([table, row], name, stored, computed) => {
      if (stored !== computed) add(table, row, `${name} is ${shown(stored)}, and should be ${shown(computed)}`);
    },
    attempt: (table, row, check) => {
      try {
        check();
        return true;
      } catch (error) {
        add(table, row, `cannot be understood: ${reasonOf(error)}`);
        return false;
      }
    },
    part: async (table, check) => {
      try {
        await check();
      } catch (error) {
        if (error instanceof Unreadable) add(table, null, `cannot be read to its end: ${error.message}`);
        // A number where there should be a text, of which the database has complained before.
        else if (error instanceof TypeError && count > 0) add(table, null, `cannot be understood: ${reasonOf(error)}`);
        else throw error;
      }
    },
    get first() {
      return first;
    },
    get count() {
      return count;
    },
  };
};

const MAX_SHOWN_LENGTH = 80;

/** A value in a line: never more than a line, and never long. */
const shown = (value: Value): string => {
  if (value === undefined || value === null) return "none";
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`;
};

const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ""] = message.split("\n");
  return line.length <= MAX_SHOWN_LENGTH ? line : `${line.slice(0, MAX_SHOWN_LENGTH)}…`;
};
