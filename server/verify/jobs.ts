// The jobs: what each was to do, and how it ended, must be what its entries say. How far it has come stands nowhere else.
import type { Details } from "../domain/act.ts";
import type { JobRow } from "../storage/rows.ts";
import type { LogRow } from "../storage/verification.ts";
import type { Findings } from "./findings.ts";

const TABLE = "jobs";

export interface JobCheck {
  /** Looks at an entry of the log; most are about something else. */
  addEntry(entry: LogRow): void;
  /** Compares the jobs with the entries. Gives the number of jobs. */
  end(): number;
}

/** What the entries say of a job. */
type Told = Omit<JobRow, "id" | "looked" | "position">;

export const createJobCheck = (rows: readonly JobRow[], findings: Findings): JobCheck => {
  const told = new Map<number, Told>();

  const addEntry = (entry: LogRow): void => {
    const { plan, total, by, jobState, fault } = JSON.parse(entry.details ?? "{}") as Details;
    if (entry.action === "JOB_STARTED") {
      const state = { state: "RUNNING", endedAtUs: null, error: null } as const;
      const began = { plan: JSON.stringify(plan), by: by ?? null, total: total ?? 0, startedAtUs: entry.atUs };
      told.set(entry.seq, { ...state, ...began });
      return;
    }
    const before = told.get(entry.job ?? 0);
    if (before === undefined || jobState === undefined)
      findings.add("processing_log", `seq ${entry.seq}`, "ends a job that has not begun");
    else told.set(entry.job ?? 0, { ...before, state: jobState, endedAtUs: entry.atUs, error: fault ?? null });
  };

  const compare = (row: JobRow): void => {
    const place = [TABLE, `id ${row.id}`] as const;
    const expected = told.get(row.id);
    told.delete(row.id);
    if (expected === undefined) {
      findings.add(...place, "no entry of the log has begun it");
      return;
    }
    for (const name of ["state", "plan", "by", "total", "startedAtUs", "endedAtUs", "error"] as const)
      findings.compare(place, name, row[name], expected[name]);
    if (row.looked < 0 || row.position < 0 || row.position >= row.id)
      findings.add(...place, `has looked at ${row.looked} items up to item ${row.position}, which cannot be`);
  };

  return {
    addEntry: (entry) => {
      if (entry.action === "JOB_STARTED" || entry.action === "JOB_ENDED") addEntry(entry);
    },
    end: () => {
      for (const row of rows) compare(row);
      for (const id of told.keys()) findings.add(TABLE, `id ${id}`, "is missing, and the log has entries of it");
      return rows.length;
    },
  };
};
