// Whether each failed event is in the state in which the entries about it have left it, was recorded as what it is, and is
// found by its problems.
import type { Details } from "../domain/act.ts";
import { type Failure, isUnresolved } from "../domain/failure.ts";
import { failureIdentity } from "../domain/fingerprint.ts";
import type { Problem } from "../domain/problem.ts";
import { digestOfFailure } from "../storage/chain.ts";
import { problemRowsOf } from "../storage/rows.ts";
import type { FailureEntryRow, ProblemRow, StoredFailureRow, VerifySource } from "../storage/verification.ts";
import { type Cursor, createCursor } from "./cursor.ts";
import type { Findings } from "./findings.ts";
import type { Tallies } from "./tallies.ts";

const TABLE = "failed_events";

interface FailuresDeps {
  readonly source: Pick<VerifySource, "failures" | "failureEntries" | "problems" | "closings">;
  readonly findings: Findings;
  readonly tallies: Tallies;
  readonly onProgress: (failures: number) => void;
}

/** Gives the number of failures. */
export const verifyFailures = async (deps: FailuresDeps): Promise<number> => {
  const { source, findings, onProgress } = deps;
  const entries = createCursor(source.failureEntries(), ({ failure }) => failure);
  const problems = createCursor(source.problems(), ({ failure }) => failure);
  await entries.start();
  await problems.start();
  let count = 0;
  for await (const rows of source.failures()) {
    for (const row of rows) {
      const state = await fold(entries, row.id, findings);
      const found = await problemsOf(problems, row.id, findings);
      await verifyFailure(deps, { row, state, problems: found });
    }
    count += rows.length;
    onProgress(rows.length);
  }
  for await (const rows of entries.rest())
    for (const { seq, failure } of rows) reportStray(findings, "processing_log", { row: `seq ${seq}`, failure });
  for await (const rows of problems.rest())
    for (const { failure } of rows) reportStray(findings, "failure_problems", { row: `failure ${failure}`, failure });
  return count;
};

interface Stray {
  readonly row: string;
  readonly failure: number;
}

const reportStray = (findings: Findings, table: string, { row, failure }: Stray): void =>
  findings.add(table, row, `is about failed event ${failure}, which is not there`);

/** What the entries say. */
interface Told extends Omit<Failure, "problems"> {
  /** That of the last entry which changed what is kept of it. */
  readonly digest: string | null;
}

/** Undefined where there is no entry about it. */
const fold = async (entries: Cursor<FailureEntryRow>, id: number, findings: Findings): Promise<Told | undefined> => {
  let told: Told | undefined;
  for (let entry = entries.head; entry !== undefined && entry.failure <= id; entry = entries.head) {
    const { seq, failure } = entry;
    if (failure < id) reportStray(findings, "processing_log", { row: `seq ${seq}`, failure });
    else
      findings.attempt("processing_log", `seq ${seq}`, () => {
        told = told === undefined ? firstTold(entry) : told && nextTold(told, entry);
      });
    await entries.next();
  }
  return told;
};

const detailsOf = ({ details }: FailureEntryRow): Details => (details === null ? {} : (JSON.parse(details) as Details));

const firstTold = (entry: FailureEntryRow): Told => {
  const { seq, atUs, client, action, digest } = entry;
  const { fault, nextAttemptAtUs } = detailsOf(entry);
  return {
    ...{ id: seq, client, idempotencyKey: null, timesSeen: 1, firstSeenAtUs: atUs, lastSeenAtUs: atUs },
    ...{ resolvedBy: null, attempts: 0, nextAttemptAtUs: nextAttemptAtUs ?? null, reason: fault ?? null, digest },
    kind: action === "FAULTED" ? "PROCESSING" : action === "CONFLICT" ? "CONFLICT" : "VALIDATION",
    state: action === "FAULTED" ? "SCHEDULED" : "OPEN",
  };
};

const nextTold = (told: Told, entry: FailureEntryRow): Told => {
  const { atUs, event } = entry;
  const details = detailsOf(entry);
  switch (entry.action) {
    case "REJECTED":
    case "CONFLICT":
    case "FAULTED":
      return { ...told, timesSeen: told.timesSeen + 1, lastSeenAtUs: atUs };
    case "ACCEPTED":
    case "DUPLICATE":
      return isUnresolved(told) ? { ...told, state: "RESOLVED", resolvedBy: event, nextAttemptAtUs: null } : told;
    case "RETRIED":
      return {
        ...{ ...told, state: details.state ?? told.state, attempts: told.attempts + 1 },
        ...{ nextAttemptAtUs: details.nextAttemptAtUs ?? null, reason: details.fault ?? told.reason },
        digest: entry.digest ?? told.digest,
      };
    case "DISCARDED":
      return { ...told, state: "DISCARDED", reason: details.reason ?? null, nextAttemptAtUs: null };
    case "REOPENED":
      return { ...told, state: "OPEN", reason: null };
    default:
      return told;
  }
};

const problemsOf = async (
  problems: Cursor<ProblemRow>,
  id: number,
  findings: Findings,
): Promise<readonly ProblemRow[]> => {
  const own: ProblemRow[] = [];
  for (let row = problems.head; row !== undefined && row.failure <= id; row = problems.head) {
    const { failure } = row;
    if (failure === id) own.push(row);
    else reportStray(findings, "failure_problems", { row: `failure ${failure}`, failure });
    await problems.next();
  }
  return own;
};

interface Found {
  readonly row: StoredFailureRow;
  readonly state: Told | undefined;
  readonly problems: readonly ProblemRow[];
}

const verifyFailure = async ({ source, findings, tallies }: FailuresDeps, found: Found): Promise<void> => {
  const { row, state } = found;
  const name = `id ${row.id}`;
  if (row.kind !== "PROCESSING") tallies.add(row.client, "timesFailed", row.timesSeen);
  if (state === undefined) return findings.add(TABLE, name, "no entry of the log has recorded it");
  const told = isClosedBesides(row, state) ? await closedBesides({ source, row, state }) : state;
  findings.attempt(TABLE, name, () => {
    compareWithLog(row, told, findings);
    verifyPayload(row, told, findings);
    const expected = problemRowsOf(row.id, JSON.parse(row.problems) as Problem[]);
    if (keysOf(found.problems) !== keysOf(expected))
      findings.add("failure_problems", `failure ${row.id}`, "are not the problems of the failed event");
  });
};

/** An event that closes several failures at once names one of them in its entry. */
const isClosedBesides = (row: StoredFailureRow, told: Told): boolean =>
  row.state === "RESOLVED" && isUnresolved(told) && row.resolvedBy !== null;

interface Closed {
  readonly source: FailuresDeps["source"];
  readonly row: StoredFailureRow;
  readonly state: Told;
}

const closedBesides = async ({ source, row, state }: Closed): Promise<Told> => {
  const { resolvedBy } = row;
  const closings = resolvedBy === null ? [] : await source.closings(resolvedBy);
  // Its sender may have been corrected by the person who tried it again.
  const isTold = closings.some(
    ({ seq, client, failure }) => seq > row.id && failure !== row.id && (client === row.client || failure < row.id),
  );
  return isTold ? { ...state, state: "RESOLVED", resolvedBy, nextAttemptAtUs: null } : state;
};

const compared = [
  ...(["kind", "state", "client", "timesSeen", "firstSeenAtUs", "lastSeenAtUs"] as const),
  ...(["resolvedBy", "attempts", "nextAttemptAtUs", "reason"] as const),
];

const compareWithLog = (row: StoredFailureRow, told: Told, findings: Findings): void => {
  findings.compare([TABLE, `id ${row.id}`], "the first entry about it", row.id, told.id);
  for (const name of compared) findings.compare([TABLE, `id ${row.id}`], name, row[name], told[name]);
};

const verifyPayload = (row: StoredFailureRow, { digest }: Told, findings: Findings): void => {
  const name = `id ${row.id}`;
  if (digest !== null && digestOfFailure(row.raw, row.problems) !== digest)
    findings.add(TABLE, name, "what was sent, or what stands in its way, is not what its digest in the log says");
  if (identityOf(row) !== row.identity && !isIdentityLost(row))
    findings.add(TABLE, name, "its identity is not that of what was sent");
};

const identityOf = ({ kind, client, idempotencyKey, raw }: StoredFailureRow): string =>
  failureIdentity({ kind, client, idempotencyKey, raw: JSON.parse(raw) });

/** The beginning of an event that was too large or too deep to be kept is at least that long. */
const MIN_CUT_LENGTH = 1_000;

/**
 * Of some failures not all is kept that made their identity: the rest of an event that was cut, and keys that cannot be used,
 * of which a later attempt does not know any more.
 */
const isIdentityLost = ({ kind, raw, problems, idempotencyKey, attempts }: StoredFailureRow): boolean => {
  if (kind !== "VALIDATION") return false;
  if (raw.startsWith('"') && raw.length >= MIN_CUT_LENGTH) return true;
  if (idempotencyKey !== null) return false;
  return attempts > 0 || (JSON.parse(problems) as Problem[]).some(isAboutKeys);
};

const isAboutKeys = ({ path, message }: Problem): boolean => path === null && message.includes("idempotency key");

const keysOf = (rows: readonly ProblemRow[]): string =>
  rows
    .map(({ code, path }) => `${code}\n${path}`)
    .sort()
    .join("\n\n");
