// What people and workers do to what is stored: the cases that every backend must pass.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Act, Performed } from "../domain/act.ts";
import { addDecimals, billionthsOf, decimalOf } from "../domain/decimal.ts";
import type { Prepared, PreparedEvent, Result } from "../domain/event.ts";
import { bucketStart, QUARTER } from "../domain/grain.ts";
import type { Json } from "../domain/json.ts";
import { unpackRows } from "../domain/packed-rows.ts";
import { describeProblem } from "../domain/problem.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { sale } from "./storage.contract.ts";
import type { Storage } from "./storage.ts";

type OpenStorage = (now: () => number) => Promise<Storage>;

const oldestFirst = { order: "ascending", limit: 100 } as const;
const commas: Profile = { ...defaultProfile, decimalSeparator: "COMMA" };
const dots: Profile = { ...defaultProfile, decimalSeparator: "DOT" };

export const describeActs = (backend: string, open: OpenStorage): void => {
  describe(`acts on ${backend}`, () => {
    let storage: Storage;
    let clockUs: number;
    beforeEach(async () => {
      clockUs = NOON;
      storage = await open(() => clockUs);
    });
    afterEach(async () => {
      expect(await storage.books()).toEqual([]);
      await storage.close();
    });

    const append = async (...events: Prepared[]): Promise<readonly Result[]> => (await storage.append(events)).results;
    const event = (change: Record<string, Json> = {}, profile: Profile = defaultProfile): PreparedEvent => {
      const event = prepared(sale(change), null, { profile });
      if (event.kind !== "event") throw new Error("This is no event.");
      return event;
    };
    const perform = async (...acts: Act[]): Promise<readonly Performed[]> => storage.perform(acts);
    const set = (client: string, profile: Profile | null): Act => ({
      ...{ action: profile === null ? "PROFILE_DELETED" : "PROFILE_SET", by: "kim", client, profile },
    });
    const void_ = (seq: number, action: "VOIDED" | "UNVOIDED" = "VOIDED"): Act => ({
      ...{ action, by: "kim", event: seq, reason: "a test sale" },
    });
    const actionsOf = async (filter: object = {}): Promise<string[]> =>
      (await storage.entries(filter, oldestFirst)).map(({ action }) => action);
    const total = async () => unpackRows((await storage.rollups({ filter: {}, groupBy: [] })).rows).at(0);
    const byClient = async () => {
      const { rows } = await storage.rollups({ filter: {}, groupBy: ["CLIENT"], interval: "MINUTE_15" });
      return unpackRows(rows).map(({ revision: _changed, ...tally }) => tally);
    };

    test("a voided event leaves the figures and stays in the list, and its retry is a duplicate", async () => {
      await append(prepared(sale()), prepared(sale({ amount: 7 })));
      expect(await perform(void_(1))).toEqual([{ kind: "done", seq: 3, atUs: NOON }]);
      expect(await total()).toMatchObject({ count: 1, sum: "7", min: "7", max: "7" });
      expect(await storage.event(1)).toMatchObject({ amount: "10", voidedBy: 3, changedBy: 3 });
      expect(await storage.countEvents({})).toBe(2);
      expect(await append(prepared(sale()))).toMatchObject([{ outcome: "DUPLICATE", event: { seq: 1, voidedBy: 3 } }]);
      expect(await storage.entries({ event: 1 }, oldestFirst)).toMatchObject([
        { action: "ACCEPTED" },
        { action: "VOIDED", details: { by: "kim", reason: "a test sale" } },
        { action: "DUPLICATE" },
      ]);
    });

    test("an event that is brought back counts as before", async () => {
      await append(prepared(sale()), prepared(sale({ amount: 7 })));
      const before = await byClient();
      await perform(void_(1), void_(1, "UNVOIDED"));
      expect(await byClient()).toEqual(before);
      expect(await storage.event(1)).toMatchObject({ voidedBy: null, changedBy: 4 });
    });

    test("what cannot be done is refused and leaves no entry, and the rest is done", async () => {
      await append(prepared(sale()));
      expect(await perform(void_(9), void_(1, "UNVOIDED"), void_(1), void_(1))).toEqual([
        { kind: "refused", reason: "There is no event 9." },
        { kind: "refused", reason: "The event is not voided." },
        { kind: "done", seq: 2, atUs: NOON },
        { kind: "refused", reason: "The event is voided already." },
      ]);
      expect(await actionsOf()).toEqual(["ACCEPTED", "VOIDED"]);
      expect(await storage.head()).toBe(2);
    });

    test("whatever is voided and brought back, the figures are those of the events that count", async () => {
      const amounts = ["1", "2.5", "2.50", "0.000000001", "999999999999999.999999999", "3"];
      const events = amounts.map((amount, index) =>
        prepared(sale({ amount, timestamp: `2026-01-31T1${index % 2}:0${index}:00Z` })),
      );
      await append(...events);
      const counting = new Set(events.map((_, index) => index + 1));
      for (const seq of fc.sample(fc.integer({ min: 1, max: events.length }), { seed: 5, numRuns: 40 })) {
        await perform(void_(seq, counting.has(seq) ? "VOIDED" : "UNVOIDED"));
        if (!counting.delete(seq)) counting.add(seq);
        const kept = await Promise.all([...counting].map((counted) => storage.event(counted)));
        const byHour = Map.groupBy(kept, (one) => bucketStart(QUARTER, one?.timestampUs ?? 0));
        const { rows: found } = await storage.rollups({ filter: {}, groupBy: [], interval: "MINUTE_15" });
        expect(
          new Map(unpackRows(found).map(({ fromUs, count, sum, min, max }) => [fromUs, { count, sum, min, max }])),
        ).toEqual(
          new Map(
            Array.from(byHour, ([bucketUs, group]) => [bucketUs, tallyOf(group.map((one) => one?.amount ?? "0"))]),
          ),
        );
        if (counting.size > 0) expect(await total()).toMatchObject(tallyOf(kept.map((one) => one?.amount ?? "0")));
      }
    });

    test("a profile has versions, and what was read before a change must be read again", async () => {
      await append(prepared(sale()));
      const [done] = await perform(set("kiosk", commas));
      expect(done).toEqual({ kind: "done", seq: 2, atUs: NOON });
      expect((await storage.append([prepared(sale({ amount: 7 }))])).kind).toBe("stale");
      expect(await storage.head()).toBe(2);
      await perform(set("till", dots), set("kiosk", null), set("kiosk", null));
      const { asOf, versions } = await storage.profileVersions("kiosk");
      expect(asOf).toBe(4);
      expect(versions).toMatchObject([
        { client: "kiosk", version: 1, profile: commas, seq: 2, by: "kim" },
        { client: "kiosk", version: 2, profile: null, seq: 4 },
      ]);
      expect(await storage.profiles(oldestFirst)).toMatchObject([{ client: "till", version: 1 }]);
      const fresh = { ...prepared(sale({ amount: 7 })), profilesAsOf: 4 };
      expect(await append(fresh)).toMatchObject([{ outcome: "ACCEPTED" }]);
    });

    test("a change that was meant for another version of a profile is refused", async () => {
      await perform(set("kiosk", commas));
      const change = { ...set("kiosk", dots), ifVersion: 0 } as Act;
      expect(await perform(change)).toEqual([
        { kind: "refused", reason: "The profile has changed meanwhile: it has version 1, not 0." },
      ]);
    });

    test("an event that was counted under an earlier profile is a duplicate under the next", async () => {
      const first = event({ amount: "1,200" }, commas);
      await append(first, { ...event({ amount: "3,400" }, commas), idempotencyKey: "k" });
      const again = event({ amount: "1,200" }, dots);
      const keyed = { ...event({ amount: "3,400" }, dots), idempotencyKey: "k" };
      const withPast = { ...again, earlier: [first] };
      const keyedPast = { ...keyed, earlier: [{ ...event({ amount: "3,400" }, commas), idempotencyKey: "k" }] };
      expect(await storage.match(withPast)).toMatchObject({ outcome: "DUPLICATE", event: { seq: 1 } });
      expect(await append(withPast, keyedPast)).toMatchObject([
        { outcome: "DUPLICATE", event: { seq: 1, amount: "1.2" } },
        { outcome: "DUPLICATE", event: { seq: 2, amount: "3.4" } },
      ]);
      expect(await append(again)).toMatchObject([{ outcome: "ACCEPTED", event: { amount: "1200" } }]);
    });

    test("an event that comes too late is refused only where it is new", async () => {
      const bad = prepared(sale({ amount: "?" }));
      if (bad.kind !== "invalid") throw new Error("This can be read.");
      await append(event());
      const late = (change: Record<string, Json>) => ({ ...event(change), ifNew: bad });
      expect(await append(late({}), late({ amount: 11 }))).toMatchObject([
        { outcome: "DUPLICATE" },
        { outcome: "REJECTED", failure: { problems: [{ code: "NOT_A_NUMBER" }] } },
      ]);
    });

    test("within one group, too, an event is what it was under an earlier profile", async () => {
      const was = event({ amount: "1,200" }, commas);
      const again = { ...event({ amount: "1,200" }, dots), earlier: [was] };
      expect(await append(event({ amount: "1.2" }), again, event({ amount: 1200 }), again)).toMatchObject([
        { outcome: "ACCEPTED", event: { amount: "1.2" } },
        { outcome: "DUPLICATE", event: { seq: 1 } },
        { outcome: "ACCEPTED", event: { amount: "1200" } },
        { outcome: "DUPLICATE", event: { seq: 1 } },
      ]);
    });

    test("within one group, too, an event that comes too late is refused only where it is new", async () => {
      const bad = prepared(sale({ amount: "?" }));
      if (bad.kind !== "invalid") throw new Error("This can be read.");
      const late = { ...event(), ifNew: bad };
      expect((await append(late, event(), late)).map(({ outcome }) => outcome)).toEqual([
        "REJECTED",
        "ACCEPTED",
        "DUPLICATE",
      ]);
    });

    test("of events that are read again at once, one may become what another was", async () => {
      await append(event({ amount: 1 }), event({ amount: 2 }), { ...event({ amount: 4 }), idempotencyKey: "k" });
      const reread = (seq: number, from: PreparedEvent, reading: PreparedEvent): Act => ({
        ...{ action: "REPROCESSED", by: null, event: seq, from: from.fingerprint, reading },
      });
      const acts = [
        reread(2, event({ amount: 2 }), event({ amount: 3 })),
        reread(1, event({ amount: 1 }), event({ amount: 2 })),
        reread(3, event({ amount: 4 }), event({ amount: 4 })),
      ];
      expect((await perform(...acts)).map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
      expect(await append(...[1, 2, 3, 4].map((amount) => event({ amount })))).toMatchObject([
        { outcome: "ACCEPTED" },
        { outcome: "DUPLICATE", event: { seq: 1 } },
        { outcome: "DUPLICATE", event: { seq: 2 } },
        { outcome: "DUPLICATE", event: { seq: 3, idempotencyKey: null } },
      ]);
    });

    test("where all is refused the log stands still, and its time too", async () => {
      await append(prepared(sale()));
      clockUs = NOON + 60_000_000;
      await perform(void_(9));
      clockUs = NOON + 1;
      expect(await perform(void_(1))).toEqual([{ kind: "done", seq: 2, atUs: NOON + 1 }]);
    });

    test("an event that is read again moves its amount, in all its buckets, and its entry says from where", async () => {
      await append(event({ amount: "1,200" }, commas), event({ amount: "5" }), event({ amount: "1" }));
      const reading = event({ amount: "1,200", timestamp: "2026-01-31T15:00:00Z" }, dots);
      const act: Act = {
        action: "REPROCESSED",
        by: null,
        event: 1,
        from: event({ amount: "1,200" }, commas).fingerprint,
        reading,
      };
      expect(await perform(act, act)).toEqual([
        { kind: "done", seq: 4, atUs: NOON },
        { kind: "refused", reason: "The event was read again meanwhile." },
      ]);
      expect(await storage.event(1)).toMatchObject({ amount: "1200", fingerprint: reading.fingerprint, changedBy: 4 });
      expect(await total()).toMatchObject({ count: 3, sum: "1206", min: "1", max: "1200" });
      const [entry] = await storage.entries({ event: 1, actions: ["REPROCESSED"] }, oldestFirst);
      expect(entry?.details).toMatchObject({ before: { amount: "1.2" }, after: { amount: "1200" } });
      expect(await append(reading)).toMatchObject([{ outcome: "DUPLICATE", event: { seq: 1 } }]);
    });

    test("an event that, read again, is the same as another counts no more", async () => {
      await append(event({ amount: "1,200" }, commas), event({ amount: "1200" }));
      const reading = event({ amount: "1,200" }, dots);
      await perform({
        action: "REPROCESSED",
        by: null,
        event: 1,
        from: event({ amount: "1,200" }, commas).fingerprint,
        reading,
      });
      expect(await total()).toMatchObject({ count: 1, sum: "1200" });
      expect(await storage.event(1)).toMatchObject({ amount: "1.2", voidedBy: 3 });
      const [entry] = await storage.entries({ actions: ["REPROCESSED"] }, oldestFirst);
      expect(entry?.details).toMatchObject({ sameAs: 2 });
    });

    test("an event that was found to be another leaves its place, and comes back where nobody has taken that", async () => {
      const [first, second] = [event({ amount: "1,200" }, commas), event({ amount: "1200" })];
      await append(first, second);
      const reading = event({ amount: "1,200" }, dots);
      await perform({ action: "REPROCESSED", by: null, event: 1, from: first.fingerprint, reading });
      expect(await storage.event(1)).toMatchObject({ sameAs: 2, voidedBy: 3 });
      expect(await append(reading, event({ amount: "1.2" }))).toMatchObject([
        { outcome: "DUPLICATE", event: { seq: 2 } },
        { outcome: "ACCEPTED" },
      ]);
      expect(await perform(void_(1, "UNVOIDED"))).toEqual([
        { kind: "refused", reason: "Event 5 says the same: it would be counted twice." },
      ]);
      await perform({
        action: "REPROCESSED",
        by: null,
        event: 1,
        from: first.fingerprint,
        reading: event({ amount: 3 }),
      });
      expect(await storage.event(1)).toMatchObject({ amount: "3", sameAs: null, voidedBy: null });
      expect(await total()).toMatchObject({ count: 3, sum: "1204.2" });
    });

    test("events that take each other's places do so in one transaction", async () => {
      const [one, two] = [event({ amount: 1 }), event({ amount: 2 })];
      await append(one, two);
      const becomes = (seq: number, from: PreparedEvent, reading: PreparedEvent, displaces: number | null): Act => ({
        ...{ action: "REPROCESSED", by: null, event: seq, from: from.fingerprint, reading, displaces },
      });
      expect((await perform(becomes(1, one, two, 2), becomes(2, two, one, 1))).map(({ kind }) => kind)).toEqual([
        ...["done", "done"],
      ]);
      expect([await storage.event(1), await storage.event(2)]).toMatchObject([{ amount: "2" }, { amount: "1" }]);
      expect(await append(one, two)).toMatchObject([{ event: { seq: 2 } }, { event: { seq: 1 } }]);
      await expect(perform(becomes(1, two, one, 2))).rejects.toThrow();
      expect(await storage.event(1)).toMatchObject({ amount: "2" });
    });

    test("what was read later than an earlier version is another event, though it says the same", async () => {
      const [first, earlier] = [event({ amount: "1,200" }, commas), event({ amount: 9 }, commas)];
      await append({ ...event({ amount: 9 }), profileVersion: 2 });
      const second = { ...first, profileVersion: 2, earlier: [earlier] };
      expect(await storage.match(second)).toEqual({ outcome: "ACCEPTED" });
      expect(await append(second)).toMatchObject([{ outcome: "ACCEPTED" }]);
      expect(
        await append({ ...event({ amount: 5 }), profileVersion: 2, earlier: [{ ...earlier, profileVersion: 2 }] }),
      ).toMatchObject([{ outcome: "DUPLICATE", event: { seq: 1 } }]);
    });

    test("of two corrections of one failed event the second is not counted, together or later", async () => {
      await append(prepared(sale({ amount: "?" })));
      const corrected = (amount: number): PreparedEvent => ({
        ...event({ amount }),
        retry: { failure: 1, isEdited: true, by: null, job: null },
      });
      await expect(storage.append([corrected(1), corrected(2)])).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
      expect(await append(corrected(1))).toMatchObject([{ outcome: "ACCEPTED" }]);
      await expect(storage.append([corrected(2)])).rejects.toMatchObject({ details: { overtaken: 1 } });
      expect(await append(corrected(1))).toMatchObject([{ outcome: "DUPLICATE" }]);
      expect(await total()).toMatchObject({ count: 1, sum: "1" });
    });

    test("a retry that meets another event under its key is no arrival", async () => {
      await append(prepared(sale({ amount: "?" })), prepared(sale(), "k"));
      const retry = { failure: 1, isEdited: true, by: null, job: null };
      const conflicting = { ...event({ amount: 5 }), idempotencyKey: "k", retry };
      await expect(storage.append([conflicting])).rejects.toMatchObject({ details: { overtaken: 1 } });
      expect(await storage.totals(null)).toMatchObject({ received: 2, conflicts: 0 });
    });

    test("a failed event is discarded with a reason and reopened", async () => {
      await append(prepared(sale({ amount: "?" })));
      const discard: Act = { action: "DISCARDED", by: "kim", failure: 1, reason: "noise" };
      const reopen: Act = { action: "REOPENED", by: "kim", failure: 1, reason: null };
      expect((await perform(reopen, discard, discard)).map(({ kind }) => kind)).toEqual(["refused", "done", "refused"]);
      expect(await storage.failure(1)).toMatchObject({ state: "DISCARDED", reason: "noise" });
      await perform(reopen);
      expect(await storage.failure(1)).toMatchObject({ state: "OPEN", reason: null });
      expect(await actionsOf({ failure: 1 })).toEqual(["REJECTED", "DISCARDED", "REOPENED"]);
    });

    test("an attempt that fails is recorded once, and tells what stands in the way now", async () => {
      await append(prepared(sale({ amount: "?" })));
      const problems = [describeProblem({ code: "MISSING_AMOUNT", path: null, input: "?" })];
      const attempt: Act = {
        ...{ action: "RETRIED", by: null, failure: 1, attempts: 0, problems, fault: null, edited: null },
        ...{ state: "OPEN", nextAttemptAtUs: null },
      };
      expect((await perform(attempt, attempt)).map(({ kind }) => kind)).toEqual(["done", "refused"]);
      expect(await storage.failure(1)).toMatchObject({ state: "OPEN", attempts: 1, problems });
      expect(await storage.countFailures({ codes: ["MISSING_AMOUNT"] })).toBe(1);
      expect(await storage.countFailures({ codes: ["NOT_A_NUMBER"] })).toBe(0);
      await perform({ ...attempt, attempts: 1, edited: "{}" });
      expect(await storage.entries({ actions: ["RETRIED"] }, oldestFirst)).toMatchObject([
        { details: { attempt: 1, problems } },
        { details: { attempt: 2, edited: "{}" } },
      ]);
    });

    test("a failed event that is counted on a retry is resolved, whatever it was", async () => {
      await append(prepared(sale(), "k"), prepared(sale({ amount: 8 }), "k"));
      const retry = { failure: 2, isEdited: true, by: "kim", job: null };
      const corrected = { ...event({ amount: 8 }), idempotencyKey: "another", retry };
      expect(await append(corrected)).toMatchObject([{ outcome: "ACCEPTED" }]);
      expect(await storage.failure(2)).toMatchObject({ state: "RESOLVED", resolvedBy: 3 });
      const [, , entry] = await storage.entries({}, oldestFirst);
      expect(entry).toMatchObject({ failure: { id: 2 }, details: { by: "kim", edited: true } });
    });

    test("a failed event that is counted when it comes again is to be tried no more, whatever was planned", async () => {
      await append(prepared(sale({ amount: "?" }), "k"));
      await perform({
        ...{ action: "RETRIED", by: null, failure: 1, attempts: 0, problems: null, fault: "EIO", edited: null },
        ...{ state: "OPEN", nextAttemptAtUs: NOON + 5 },
      });
      expect(await append(prepared(sale(), "k"))).toMatchObject([{ outcome: "ACCEPTED" }]);
      expect(await storage.failure(1)).toMatchObject({ state: "RESOLVED", nextAttemptAtUs: null });
    });

    test("what met an unexpected fault is due when its time has come, and dead after the last attempt", async () => {
      const faulty: Act = {
        ...{ action: "FAULTED", by: null, client: "kiosk", idempotencyKey: null, rawText: JSON.stringify(sale()) },
        ...{ identity: "ab".repeat(32), fault: "EIO", nextAttemptAtUs: NOON + 5 },
      };
      await perform(faulty, faulty);
      const due = (nowUs: number) => storage.dueFailures({ nowUs, limit: 10 });
      expect([await due(NOON + 4), await due(NOON + 5)]).toEqual([[], [1]]);
      expect(await storage.failure(1)).toMatchObject({
        kind: "PROCESSING",
        state: "SCHEDULED",
        timesSeen: 2,
        reason: "EIO",
      });
      const attempt = {
        action: "RETRIED",
        by: null,
        failure: 1,
        attempts: 0,
        problems: null,
        edited: null,
      } as const;
      await perform({ ...attempt, fault: "EIO", state: "DEAD", nextAttemptAtUs: null });
      expect(await storage.failure(1)).toMatchObject({ state: "DEAD", attempts: 1, nextAttemptAtUs: null });
      expect(await due(NOON + 5)).toEqual([]);
      expect(await storage.totals(null)).toMatchObject({ received: 0, rejected: 0 });
    });

    test("a job begins, comes forward, and ends once", async () => {
      await append(prepared(sale({ amount: "?" })));
      const plan = { kind: "RETRY", filter: { states: ["OPEN"] } } as const;
      await perform({ action: "JOB_STARTED", by: "kim", plan, client: null, total: 1 });
      expect(await storage.runningJobs()).toMatchObject([
        { id: 2, plan, state: "RUNNING", by: "kim", total: 1, looked: 0 },
      ]);
      await storage.advanceJob({ id: 2, position: 1, looked: 1 });
      await storage.advanceJob({ id: 2, position: 0, looked: 0 });
      const end: Act = { action: "JOB_ENDED", by: null, job: 2, state: "DONE", error: null };
      expect((await perform(end, end)).map(({ kind }) => kind)).toEqual(["done", "refused"]);
      expect(await storage.job(2)).toMatchObject({ state: "DONE", position: 1, looked: 1, endedAtUs: NOON });
      expect(await storage.runningJobs()).toEqual([]);
      expect(await storage.jobs({ ...oldestFirst, order: "descending" })).toHaveLength(1);
      await perform({ action: "DISCARDED", by: null, failure: 1, reason: "x", job: 2 });
      expect(await storage.jobTally(2)).toEqual({ JOB_STARTED: 1, JOB_ENDED: 1, DISCARDED: 1 });
      expect(await actionsOf({ job: 2 })).toEqual(["JOB_STARTED", "JOB_ENDED", "DISCARDED"]);
    });

    test("failures of one kind are one group: by code, place and client", async () => {
      await append(prepared(sale({ amount: "?" })), prepared(sale({ amount: "?" })), prepared(sale({ amount: "!" })));
      clockUs += 3_600_000_001;
      await append(prepared(sale({ amount: "?", client: "till" })), prepared("garbage"), prepared({ total: "?" }));
      const trend = { fromUs: NOON - 1_234_567, bucketUs: 3_600_000_000, buckets: 2 };
      const groups = await storage.failureGroups({ filter: {}, limit: 3, trend });
      expect(groups).toEqual([
        {
          ...{ code: "NOT_A_NUMBER", path: "amount", client: "kiosk", count: 2, timesSeen: 3 },
          ...{ firstSeenAtUs: NOON, lastSeenAtUs: NOON, trend: [2, 0] },
        },
        {
          ...{ code: "MISSING_CLIENT", path: null, client: null, count: 1, timesSeen: 1 },
          ...{ firstSeenAtUs: clockUs, lastSeenAtUs: clockUs, trend: [0, 1] },
        },
        expect.objectContaining({ code: "MISSING_METRIC", client: null }),
      ]);
      const numbers = { codes: ["NOT_A_NUMBER"] as const, paths: ["amount"] };
      expect(await storage.failureGroups({ filter: numbers, limit: 9, trend })).toMatchObject([
        { client: "kiosk", count: 2 },
        { client: "till", count: 1 },
      ]);
      expect(await storage.countFailures({ withoutClient: true, codes: ["MISSING_CLIENT"] })).toBe(1);
      expect(await storage.countFailures({ withoutClient: true, clients: ["till"] })).toBe(3);
      expect(await storage.countFailures({ ids: [1, 3], clients: ["kiosk"] })).toBe(2);
    });

    test("what people do is no throughput, and no event received", async () => {
      await append(prepared(sale()), prepared(sale({ client: "till" })));
      await perform(void_(1), set("kiosk", commas));
      expect(await storage.receivedSince({ sinceUs: NOON, client: null })).toBe(2);
      expect(await storage.receivedSince({ sinceUs: NOON, client: "kiosk" })).toBe(1);
      expect(await storage.totals(null)).toMatchObject({ received: 2, accepted: 2, asOfSeq: 4 });
    });

    test("each entry of the log is chained to the one before", async () => {
      await append(prepared(sale()), prepared("garbage"), prepared(sale()));
      await perform(void_(1), set("kiosk", commas));
      const hashes = (await storage.entries({}, oldestFirst)).map(({ hash }) => hash);
      expect(new Set(hashes).size).toBe(5);
      expect(hashes).not.toContain(null);
    });

    test("raw events are given several at once, in the order asked for", async () => {
      await append(prepared(sale()), prepared(sale({ amount: 7 })));
      const texts = await storage.rawEvents([2, 9, 1]);
      expect(texts.map((text) => (text === null ? null : JSON.parse(text).amount))).toEqual([7, null, 10]);
    });
  });
};

const tallyOf = (amounts: readonly string[]) => {
  const sorted = amounts.map(billionthsOf).sort((left, right) => (left < right ? -1 : 1));
  return {
    count: amounts.length,
    sum: amounts.reduce(addDecimals, "0"),
    min: decimalOf(sorted[0] ?? 0n),
    max: decimalOf(sorted.at(-1) ?? 0n),
  };
};
