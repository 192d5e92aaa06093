import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action, Entry } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { ProblemCode } from "./problem.ts";
import type { WebhookDelivery, WebhookEndpoint } from "./webhook.ts";
import { isOfKind, problemsOf, webhookKinds } from "./webhook-kinds.ts";
import { bodyOf } from "./webhook-message.ts";
import { planDeliveries } from "./webhook-plan.ts";

const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
const SECOND_US = 1_000_000;
const endpoint: WebhookEndpoint = {
  ...{ id: 5, name: "Alerts", url: "https://example.com/", kinds: webhookKinds, clients: null, windowSeconds: 60 },
  ...{ secrets: [], createdAtUs: 0, disabledBecause: null, disabledAtUs: null, reason: null, cursor: 0 },
  ...{ lastDelivery: 0, lastAttempt: 0, nextAttemptAtUs: null, failingSinceUs: null },
};

const failureOf = (code: ProblemCode): Failure => ({
  ...{ id: 1, kind: "VALIDATION", state: "OPEN", client: "kiosk", idempotencyKey: null, timesSeen: 1, attempts: 0 },
  problems: [{ code, path: "amount", message: "So.", input: null, hint: null }],
  ...{ firstSeenAtUs: NOON, lastSeenAtUs: NOON, resolvedBy: null, nextAttemptAtUs: null, reason: null },
});
const entryOf = (seq: number, atSeconds: number, action: Action, change: Partial<Entry> = {}): Entry => ({
  ...{ seq, atUs: NOON + atSeconds * SECOND_US, action, client: "kiosk", event: null, failure: null },
  ...{ differences: [], details: {}, job: null, hash: null, ...change },
});
const rejected = (seq: number, atSeconds: number, code: ProblemCode = "NOT_A_NUMBER", client = "kiosk"): Entry =>
  entryOf(seq, atSeconds, "REJECTED", { client, failure: failureOf(code) });

/** Reads the entries in portions, as a worker does that crashes at times before anything is written. */
const deliver = (
  entries: readonly Entry[],
  { size = 500, settings = endpoint, isRepeated = false } = {},
): readonly WebhookDelivery[] => {
  const all = new Map<number, WebhookDelivery>();
  for (let from = 0; from <= entries.length; from += size) {
    const portion = entries.slice(from, from + size);
    const reading = {
      ...{ databaseId: "db", entries: portion, isEnd: from + size > entries.length, nowUs: NOON + 86_400 * SECOND_US },
      endpoint: { ...settings, lastDelivery: all.size },
      collecting: [...all.values()].filter(({ state }) => state === "COLLECTING"),
    };
    if (isRepeated) planDeliveries(reading);
    for (const delivery of planDeliveries(reading)) all.set(delivery.number, delivery);
  }
  return [...all.values()];
};

test("ten thousand failures of one code in a minute are one delivery, with their count and a few samples", () => {
  const entries = Array.from({ length: 10_000 }, (_, index) => rejected(index + 1, (index * 60) / 10_001));
  const [delivery, ...others] = deliver(entries);
  expect(others).toEqual([]);
  expect(delivery).toMatchObject({ count: 10_000, fromSeq: 1, toSeq: 10_000, state: "WAITING", code: "NOT_A_NUMBER" });
  expect(delivery?.entries).toHaveLength(10);
  expect(delivery && bodyOf("db", delivery).length).toBeLessThan(10_000);
});

test("failures of different codes and what comes after a minute are told apart", () => {
  const entries = [
    rejected(1, 0),
    rejected(2, 1, "MISSING_CLIENT"),
    rejected(3, 59.9),
    rejected(4, 60),
    rejected(5, 61),
  ];
  expect(deliver(entries).map(({ code, count, fromSeq }) => [code, count, fromSeq])).toEqual([
    ["NOT_A_NUMBER", 2, 1],
    ["MISSING_CLIENT", 1, 2],
    ["NOT_A_NUMBER", 2, 4],
  ]);
});

test("failures wait until their minute is over, and nobody waits for anything else", () => {
  const reading = { endpoint, databaseId: "db", collecting: [], isEnd: true, nowUs: NOON + 2 * SECOND_US };
  const planned = planDeliveries({ ...reading, entries: [rejected(1, 0), entryOf(2, 1, "ACCEPTED")] });
  expect(planned.map(({ kind, state }) => [kind, state])).toEqual([
    ["event.rejected", "COLLECTING"],
    ["event.accepted", "WAITING"],
  ]);
  const collecting = planned.slice(0, 1);
  const later = { ...reading, collecting, entries: [] };
  expect(planDeliveries({ ...later, nowUs: NOON + 60 * SECOND_US })).toEqual([]);
  expect(planDeliveries({ ...later, nowUs: NOON + 62 * SECOND_US })).toMatchObject([{ number: 1, state: "WAITING" }]);
  // More may lie behind what was read.
  expect(planDeliveries({ ...later, isEnd: false, nowUs: NOON + 62 * SECOND_US })).toEqual([]);
});

test("of a kind that is no failure every entry is told, fifty at a time", () => {
  const deliveries = deliver(Array.from({ length: 120 }, (_, index) => entryOf(index + 1, 0, "ACCEPTED")));
  expect(deliveries.map(({ count, entries }) => [count, entries.length])).toEqual([
    ...[50, 50, 20].map((count) => [count, count]),
  ]);
});

test("a failed event that is counted after all is an accepted event and a resolved failure", () => {
  const [entry] = [entryOf(1, 0, "ACCEPTED", { failure: failureOf("NOT_A_NUMBER") })];
  expect(deliver([entry]).map(({ kind }) => kind)).toEqual(["event.accepted", "failure.resolved"]);
  const dead = entryOf(2, 0, "RETRIED", { details: { state: "DEAD" }, failure: failureOf("PROCESSING_FAULT") });
  expect(deliver([dead]).map(({ kind, code }) => [kind, code])).toEqual([["failure.dead", "PROCESSING_FAULT"]]);
});

test("what was sent, and what stood in the way of it, is not told", () => {
  const problem = { code: "NOT_A_NUMBER", path: "amount", message: "So.", input: "secret", hint: "secret" } as const;
  const [delivery] = deliver([{ ...rejected(1, 0), failure: { ...failureOf("NOT_A_NUMBER"), problems: [problem] } }]);
  expect(JSON.stringify(delivery)).not.toContain("secret");
});

const codes = ["NOT_A_NUMBER", "MISSING_CLIENT", "AMBIGUOUS_NUMBER"] as const;
const happening = fc.record({
  afterSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 40, noNaN: true })),
  action: fc.constantFrom<Action>("ACCEPTED", "DUPLICATE", "REJECTED", "REJECTED", "REJECTED", "RETRIED", "VOIDED"),
  code: fc.constantFrom(...codes),
  client: fc.constantFrom("kiosk", "till", null),
  isDead: fc.boolean(),
});

test("every entry is counted once in each of its kinds, in order, with the same ids however it is read", () => {
  const settings = fc.record({
    kinds: fc.subarray([...webhookKinds]),
    clients: fc.constantFrom(null, ["kiosk"]),
    windowSeconds: fc.constantFrom(0, 1, 60),
  });
  const check = (happenings: readonly Happening[], change: Partial<WebhookEndpoint>, size: number): void => {
    const wanted = { ...endpoint, ...change };
    const log = logOf(happenings);
    const deliveries = deliver(log, { size, settings: wanted, isRepeated: true });
    const mine = log.filter(({ client }) => wanted.clients === null || wanted.clients.includes(client ?? ""));
    for (const kind of wanted.kinds) {
      const told = deliveries.filter((one) => one.kind === kind);
      expect(sum(told.map(({ count }) => count))).toBe(mine.filter((entry) => isOfKind(entry, kind)).length);
      for (const [code, ofCode] of Map.groupBy(told, (one) => one.code)) {
        const counted = mine.filter(
          (entry) => isOfKind(entry, kind) && (code === null || problemsOf(entry)[0]?.code === code),
        );
        expect(sum(ofCode.map(({ count }) => count))).toBe(counted.length);
        const ends = ofCode.flatMap(({ fromSeq, toSeq }) => [fromSeq, toSeq]);
        expect(ends).toEqual(ends.toSorted((a, b) => a - b));
      }
    }
    expect(deliveries.every(({ state }) => state === "WAITING")).toBe(true);
    expect(new Set(deliveries.map(({ id }) => id)).size).toBe(deliveries.length);
    // Batches end where a reading ends; what is counted by the clock of the log does not depend on it.
    const counted = (list: readonly WebhookDelivery[]) =>
      list.filter(({ closesAtUs, fromAtUs }) => closesAtUs > fromAtUs).map(({ id, count }) => [id, count]);
    const other = deliver(log, { size: size + 3, settings: wanted });
    expect(counted(deliveries).toSorted()).toEqual(counted(other).toSorted());
  };
  fc.assert(fc.property(fc.array(happening, { maxLength: 60 }), settings, fc.integer({ min: 1, max: 20 }), check));
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const logOf = (happenings: readonly Happening[]): readonly Entry[] => {
  let at = 0;
  return happenings.map(({ afterSeconds, action, code, client, isDead }, index) => {
    at += afterSeconds;
    const failure = action === "REJECTED" || action === "RETRIED" ? failureOf(code) : null;
    return entryOf(index + 1, at, action, { client, failure, details: isDead ? { state: "DEAD" } : {} });
  });
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
