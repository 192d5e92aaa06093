// `perform` of the Storage interface, for one attempt: three round trips for all acts together. It looks up what they are
// about, lets acts.ts decide on one after the other, and writes what has changed by the end.
import type { Act, Performed } from "../../domain/act.ts";
import type { Micros } from "../../domain/calendar.ts";
import { decide } from "../acts.ts";
import type { ChainedEntry } from "../chain.ts";
import { movedBy, repairRollups } from "../rollup-work.ts";
import { type ActRows, readActRows } from "./act-rows.ts";
import type { Queries } from "./drizzle.ts";
import { createEventChanges } from "./event-changes.ts";
import { createFailureChanges } from "./failure-writer.ts";
import { createJobChanges } from "./jobs.ts";
import { asOneStatement, endingLog, endOf } from "./log-writer.ts";
import { createProfileChanges } from "./profiles.ts";
import { takeSteps } from "./rollup-store.ts";
import { prepare, type Statement } from "./statement.ts";
import type { Head, InTransaction } from "./transaction.ts";
import { createEndpointChanges } from "./webhooks.ts";

/** `nowUs` is the server's clock. */
export type Perform = (acts: readonly Act[], nowUs: Micros) => Promise<readonly Performed[]>;

/** An act that is done twice is another act. */
const IF_UNKNOWN = "look at what is stored before you ask for the same again";

export const createPerform = (inTransaction: InTransaction, db: Queries): Perform => {
  const write = createActWriter(db);
  const changeEvents = createEventChanges(db);
  return (acts, nowUs) =>
    inTransaction({ count: 0, nowUs, first: [], ifUnknown: IF_UNKNOWN }, async ({ db, run, commit }, head) => {
      const rows = await readActRows(db, acts);
      const { performed, entries } = performAll(acts, rows, head);
      if (entries.length === 0) return performed;
      const { changed } = rows;
      const events = changeEvents([...changed.events.values()]);
      const moved = Array.from(changed.events.values(), movedBy).filter((one) => one !== null);
      if (moved.length > 0) {
        // The rollups are repaired by what the events say now.
        await run(...events);
        await takeSteps(db, repairRollups(moved));
      }
      await commit(...(moved.length > 0 ? [] : events), ...write(changed, entries, head));
      return performed;
    });
};

const performAll = (acts: readonly Act[], rows: ActRows, { seq, atUs, chain }: Head) => {
  const entries: ChainedEntry[] = [];
  const performed = acts.map((act): Performed => {
    const turn = { seq: seq + entries.length + 1, atUs };
    const decision = decide(act, rows.find(act), turn);
    if ("refused" in decision) return { kind: "refused", reason: decision.refused };
    rows.keep(decision);
    entries.push(chain.append(decision.entry, decision.digest));
    return { kind: "done", ...turn };
  });
  return { performed, entries };
};

const createActWriter = (db: Queries) => {
  const changeFailures = createFailureChanges(db);
  const addProfiles = createProfileChanges(db);
  const putJobs = createJobChanges(db);
  const changeEndpoints = createEndpointChanges(db);
  const endLog = prepare(asOneStatement(endingLog(db)));

  return (changed: ActRows["changed"], entries: readonly ChainedEntry[], { chain }: Head): readonly Statement[] => {
    const { failures, newFailures, profiles, jobs, webhooks } = changed;
    return [
      ...changeFailures([...failures.values()], newFailures),
      ...addProfiles(profiles),
      ...putJobs([...jobs.values()]),
      ...changeEndpoints(webhooks),
      endLog(endOf({ entries, chain, toMove: entries.length, profilesAsOf: profiles.at(-1)?.seq ?? 0 })),
    ];
  };
};
