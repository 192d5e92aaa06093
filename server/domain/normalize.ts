// Raw event in; all five facts in canonical spelling out, or every problem that stands in the way of one. What could
// be read in two ways is a problem, what was assumed is a warning, and every step is kept for who wants to know why.
import { readAmount } from "./amount.ts";
import type { Micros } from "./calendar.ts";
import type { Facts, Normalization, Step } from "./event.ts";
import { type Candidate, type Fact, type FoundFacts, findFacts, ranks } from "./facts.ts";
import { boundedJson, type Json, MAX_DEPTH, MAX_KEYS, measureJson } from "./json.ts";
import { describeProblem, type Problem, type ProblemCode, type Warning } from "./problem.ts";
import type { Profile } from "./profile.ts";
import type { Reading, Rule } from "./reading.ts";
import { isBlank, readText } from "./text.ts";
import { microsOf, readTimestamp } from "./timestamp.ts";

export interface NormalizeOptions {
  readonly profile: Profile;
  /** The server's clock: it decides what is too far ahead, and never becomes part of an event. */
  readonly nowUs: Micros;
}

/** What has been found out so far. */
interface Report {
  readonly facts: { -readonly [fact in Fact]?: Facts[fact] };
  readonly problems: Problem[];
  readonly warnings: Warning[];
  readonly steps: Step[];
}

/** Reads a raw event. Never throws, for any JSON value; reports all problems at once. */
export function normalize(raw: Json, options: NormalizeOptions): Normalization {
  const report: Report = { facts: {}, problems: [], warnings: [], steps: [] };
  checkSize(raw, report);
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    report.problems.unshift(describeProblem({ code: "NOT_AN_OBJECT", path: null, input: raw }));
  } else readFacts(findFacts(raw as { readonly [key: string]: Json }, options.profile.aliases), options, report);
  const { facts, problems, warnings, steps } = report;
  // Without a problem all five are there: each fact that cannot be given leaves one.
  if (problems.length === 0) return { kind: "event", facts: facts as Facts, warnings, steps };
  return { kind: "invalid", facts, problems, warnings, steps };
}

/**
 * The problem of an event that comes later than its client's profile allows; null where it does not. It stands only in the
 * way of a new event: one that was counted in time is a duplicate, however late it is sent again.
 */
export function lateProblem(
  { facts, steps }: Normalization & { readonly kind: "event" },
  { profile: { lateLimitSeconds }, nowUs }: NormalizeOptions,
): Problem | null {
  if (lateLimitSeconds === null || nowUs - microsOf(facts.timestamp) <= lateLimitSeconds * 1_000_000) return null;
  const step = steps.find(({ fact }) => fact === "timestamp");
  return describeProblem({
    ...{ code: "IMPLAUSIBLE_TIMESTAMP", path: step?.path ?? null, input: step?.before },
    readings: [facts.timestamp, `${lateLimitSeconds} seconds ago`],
  });
}

function checkSize(raw: Json, { problems }: Report): void {
  const { depth, keys, tooLarge } = measureJson(raw);
  if (depth > MAX_DEPTH) problems.push(describeProblem({ code: "TOO_DEEP", path: null }));
  if (keys > MAX_KEYS) problems.push(describeProblem({ code: "TOO_MANY_KEYS", path: null }));
  if (tooLarge) problems.push(describeProblem({ code: "TOO_LARGE", path: null }));
}

function readFacts({ candidates, unknown }: FoundFacts, { profile, nowUs }: NormalizeOptions, report: Report): void {
  const readName = ({ value }: Candidate): Reading => readText(value);
  resolve("client", candidates.client, readName, report);
  resolve("metric", candidates.metric, readName, report);
  const amounts = resolve("amount", candidates.amount, ({ value }) => readAmount(value, profile), report);
  const { dateOrder, timeZone, futureLimitSeconds } = profile;
  const settings = { dateOrder, timeZone, futureLimitSeconds, nowUs };
  resolve("timestamp", candidates.timestamp, ({ value }) => readTimestamp(value, settings), report);
  readUnit(candidates.unit, amounts, report);
  for (const path of unknown) report.warnings.push({ code: "UNKNOWN_FIELD", path });
}

/** A candidate and what was read from it. */
interface Resolved {
  readonly candidate: Candidate;
  readonly reading: Reading;
}

const none: readonly Resolved[] = [];

/** Gives a fact by its candidates of the highest rank, which must agree. Returns what was read from them. */
function resolve(
  fact: Fact,
  candidates: readonly Candidate[],
  read: (candidate: Candidate) => Reading,
  report: Report,
): readonly Resolved[] {
  const [first] = candidates;
  if (first === undefined) {
    const code = missingCodes[fact];
    if (code !== null) report.problems.push(describeProblem({ code, path: null }));
    return none;
  }
  const best = candidates.length === 1 ? candidates : takeBest(candidates, report);
  const resolved = best.map((candidate) => ({ candidate, reading: read(candidate) }));
  if (agree(resolved)) accept(fact, resolved, report);
  else if (resolved.length === 1) refuse(fact, resolved[0] as Resolved, report);
  else addConflict(resolved, report);
  return resolved;
}

const missingCodes: Readonly<Record<Fact, ProblemCode | null>> = {
  client: "MISSING_CLIENT",
  metric: "MISSING_METRIC",
  amount: "MISSING_AMOUNT",
  timestamp: "MISSING_TIMESTAMP",
  unit: null,
};

function takeBest(candidates: readonly Candidate[], { warnings }: Report): readonly Candidate[] {
  const best = candidates.reduce((least, { rank }) => Math.min(least, rank), Number.POSITIVE_INFINITY);
  for (const { path, rank } of candidates) if (rank > best) warnings.push({ code: "IGNORED_ALIAS", path });
  return candidates.filter(({ rank }) => rank === best);
}

const agree = (resolved: readonly Resolved[]): boolean =>
  resolved.every(({ reading }) => reading.text !== null && reading.text === resolved[0]?.reading.text);

function accept(fact: Fact, resolved: readonly Resolved[], report: Report): void {
  // The one that names a unit as well says more.
  const chosen = resolved.find(({ reading }) => reading.unit) ?? (resolved[0] as Resolved);
  report.facts[fact] = chosen.reading.text as string;
  addTrace(fact, chosen, report);
  for (const other of resolved) {
    if (other !== chosen) report.warnings.push({ code: "REDUNDANT_ALIAS", path: other.candidate.path });
  }
}

function refuse(fact: Fact, resolved: Resolved, report: Report): void {
  const { path, value } = resolved.candidate;
  addTrace(fact, resolved, report);
  for (const fault of resolved.reading.faults) report.problems.push(describeProblem({ ...fault, path, input: value }));
}

const MAX_NAMED = 10;

function addConflict(resolved: readonly Resolved[], { problems }: Report): void {
  const named = resolved.slice(0, MAX_NAMED);
  const paths = named.map(({ candidate }) => candidate.path);
  const input = Object.fromEntries(named.map(({ candidate }) => [candidate.path, boundedJson(candidate.value)]));
  problems.push(describeProblem({ code: "ALIAS_CONFLICT", path: paths[0] ?? null, input, readings: paths }));
}

const rankRules: Readonly<Record<Candidate["rank"], Rule>> = {
  [ranks.profile]: "PROFILE_ALIAS",
  [ranks.canonical]: "CANONICAL_NAME",
  [ranks.alias]: "ALIAS",
};

function addTrace(fact: Fact, { candidate, reading }: Resolved, { steps, warnings }: Report): void {
  const { path, value, rank } = candidate;
  const before = boundedJson(value);
  const after = typeof before === "string" || typeof before === "number" ? String(before) : null;
  steps.push({ fact, path, rule: rankRules[rank], before, after });
  for (const change of reading.changes) {
    steps.push({
      fact,
      path,
      rule: change.rule,
      before: boundedJson(change.before),
      after: String(boundedJson(change.after)),
    });
  }
  for (const code of reading.warnings) warnings.push({ code, path });
}

/** The unit: its own field, what the amount's text names, or none. */
function readUnit(fields: readonly Candidate[], amounts: readonly Resolved[], report: Report): void {
  const present = fields.filter(({ value }) => typeof value !== "string" || !isBlank(value));
  const resolved = resolve(
    "unit",
    present,
    ({ value, isCurrency }) => readText(value, { capitals: isCurrency }),
    report,
  );
  const mentions = amounts.filter(({ reading }) => reading.unit);
  const [mention] = mentions;
  if (mention === undefined) {
    if (resolved.length === 0) report.facts.unit = null;
    return;
  }
  const given = report.facts.unit;
  const codes = new Set(mentions.map(({ reading }) => reading.unit?.code));
  if (given !== undefined && given !== null) codes.add(given);
  if (codes.size > 1) {
    delete report.facts.unit;
    addConflict([...(given === undefined ? [] : resolved), ...mentions], report);
  } else if (resolved.length === 0) takeUnit(mention, report);
}

function takeUnit({ candidate, reading }: Resolved, { facts, steps }: Report): void {
  const { unit } = reading;
  if (!unit) return;
  facts.unit = unit.code;
  steps.push({
    fact: "unit",
    path: candidate.path,
    rule: unit.rule,
    before: boundedJson(candidate.value),
    after: unit.code,
  });
}
