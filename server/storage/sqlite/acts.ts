// `perform` of the Storage interface: looks up what each act is about, lets acts.ts decide, and writes what is to change.
import type { Act, Performed } from "../../domain/act.ts";
import type { Micros } from "../../domain/calendar.ts";
import type { Event } from "../../domain/event.ts";
import { type Changes, decide, type Found, identityAfter } from "../acts.ts";
import { movedBy, repairRollups } from "../rollup-work.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { event } from "./events.ts";
import { createFailureChanger, failure, failureOf, rawFailure } from "./failures.ts";
import { changeEvent, createIdentityLookup, releaseIdentity } from "./identity.ts";
import { job, putJob } from "./jobs.ts";
import type { LogWriter } from "./log-writer.ts";
import { insertProfileVersion, lastProfileVersion } from "./profiles.ts";
import type { RollupStore } from "./rollup-store.ts";
import { changeEndpoint, endpoint } from "./webhooks.ts";

/** `nowUs` is the server's clock. */
export type Perform = (nowUs: Micros, acts: readonly Act[]) => readonly Performed[];

export const createPerform = (db: Drizzle, log: LogWriter, rollups: RollupStore): Perform => {
  const { holderOf } = createIdentityLookup(db);
  const failures = createFailureChanger(db);

  const holderAfter = (act: Act, event: Event | null): number | null => {
    const identity = identityAfter(act, event);
    return identity === null ? null : (holderOf(identity)?.seq ?? null);
  };

  const find = (act: Act, event: Event | null): Found => ({
    ...{ event, holder: holderAfter(act, event) },
    failure: "failure" in act ? failure(db, act.failure) : "identity" in act ? failureOf(db, act.identity) : null,
    rawText: act.action === "RETRIED" ? rawFailure(db, act.failure) : null,
    profile: "profile" in act ? lastProfileVersion(db, act.client) : null,
    job: act.action === "JOB_ENDED" ? job(db, act.job) : null,
    webhook: "endpoint" in act ? endpoint(db, act.endpoint) : null,
  });

  const write = (changes: Omit<Changes, "entry" | "digest">): void => {
    if (changes.event !== undefined) {
      changeEvent(db, changes.event.after);
      const moved = movedBy(changes.event);
      if (moved !== null) rollups.run(repairRollups([moved]));
    }
    if (changes.failure !== undefined) failures.change(changes.failure);
    if (changes.newFailure !== undefined) failures.insert(changes.newFailure);
    if (changes.profile !== undefined) insertProfileVersion(db, changes.profile);
    if (changes.job !== undefined) putJob(db, changes.job);
    if (changes.webhook !== undefined) changeEndpoint(db, changes.webhook);
  };

  const performAll = (nowUs: Micros, acts: readonly Act[]): readonly Performed[] => {
    const { chain, atUs, seq: last } = log.end(nowUs);
    const displaced = new Map<number, Event>();
    const eventOf = (act: Act): Event | null =>
      "event" in act ? (displaced.get(act.event) ?? event(db, act.event)) : null;
    let seq = last;
    const performed = acts.map((act): Performed => {
      const found = find(act, eventOf(act));
      const decision = decide(act, found, { seq: seq + 1, atUs });
      if ("refused" in decision) return { kind: "refused", reason: decision.refused };
      const { entry, digest, ...changes } = decision;
      if ("reading" in act && found.holder !== null && found.holder === act.displaces) {
        const holder = event(db, found.holder);
        if (holder !== null) displaced.set(holder.seq, holder);
        releaseIdentity(db, found.holder);
      }
      write(changes);
      if ("event" in act) displaced.delete(act.event);
      log.insert(chain.append(entry, digest));
      seq += 1;
      return { kind: "done", seq, atUs };
    });
    if (displaced.size > 0) throw new Error("An event has lost its identity and got no other.");
    return performed;
  };

  return (nowUs, acts) => inTransaction(db, () => performAll(nowUs, acts));
};
