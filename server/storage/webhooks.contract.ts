// What is stored of webhooks: the cases that every backend must pass.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import type { WebhookDelivery, WebhookEndpoint, WebhookSettings } from "../domain/webhook.ts";
import { NOON, prepared } from "../test/prepared.ts";
import { sale } from "./storage.contract.ts";
import type { Storage } from "./storage.ts";
import { KEPT_ATTEMPTS, KEPT_DELIVERIES } from "./webhooks.ts";

type OpenStorage = (now: () => number) => Promise<Storage>;

const settings: WebhookSettings = {
  ...{ name: "Alerts", url: "https://example.com/in?token=x", kinds: ["event.rejected"], clients: null },
  windowSeconds: 60,
};
const refused = {
  result: "REFUSED",
  status: 500,
  error: null,
  response: "HTTP 500\n\nnul \u0000",
  durationMs: 3,
} as const;
const delivered = { ...refused, result: "DELIVERED", status: 204, response: "HTTP 204\n\n" } as const;
const newestFirst = { order: "descending", limit: 10 } as const;

export const describeWebhooks = (backend: string, open: OpenStorage): void => {
  describe(`webhooks on ${backend}`, () => {
    let storage: Storage;
    let clockUs: number;
    beforeEach(async () => {
      clockUs = NOON;
      storage = await open(() => clockUs);
    });
    afterEach(() => storage.close());

    const perform = async (act: Act): Promise<number> => {
      const [performed] = await storage.perform([act]);
      if (performed?.kind !== "done") throw new Error(performed?.reason);
      return performed.seq;
    };
    const create = (change: Partial<WebhookSettings> = {}): Promise<number> =>
      perform({ action: "WEBHOOK_CREATED", by: "kim", settings: { ...settings, ...change }, secret: "sealed" });
    const read = async (id: number): Promise<WebhookEndpoint> => {
      const endpoint = await storage.webhooks.endpoint(id);
      if (endpoint === null) throw new Error(`There is no endpoint ${id}.`);
      return endpoint;
    };
    const delivery = (endpoint: number, number: number, change: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
      ...{ endpoint, number, id: `msg_${endpoint}_${number}`, kind: "event.rejected", code: "MISSING_AMOUNT" },
      ...{ state: "WAITING", count: 2, fromSeq: 7, toSeq: 9, fromAtUs: NOON + number, toAtUs: NOON + 5 },
      ...{ closesAtUs: NOON + 60_000_000, entries: [{ seq: 7, client: "nul \u0000 ä" }], tries: 0, settledAtUs: null },
      ...change,
    });
    const add = async (id: number, ...deliveries: WebhookDelivery[]): Promise<boolean> => {
      const endpoint = await read(id);
      return storage.webhooks.advance({ endpoint, toSeq: endpoint.cursor + 1, deliveries });
    };
    const settle = async (sent: WebhookDelivery, answer: typeof refused | typeof delivered, waitUs: number | null) =>
      storage.webhooks.settle({
        ...{ delivery: sent, atUs: clockUs, answer },
        nextAttemptAtUs: waitUs === null ? null : clockUs + waitUs,
      });
    const nextOf = async (id: number) => (await storage.webhooks.unsent(id)).next;

    test("an endpoint is made by an entry whose seq is its id and its first cursor, and that does not tell its address", async () => {
      await storage.append([prepared(sale())]);
      const id = await create({ clients: ["kiosk", "ä"] });
      expect(id).toBe(2);
      expect(await read(id)).toEqual({
        ...{ ...settings, clients: ["kiosk", "ä"], id, secrets: [{ sealed: "sealed", untilUs: null }] },
        ...{ createdAtUs: NOON, disabledBecause: null, disabledAtUs: null, reason: null, cursor: 2 },
        ...{ lastDelivery: 0, lastAttempt: 0, nextAttemptAtUs: null, failingSinceUs: null },
      });
      const [entry] = await storage.entries({ actions: ["WEBHOOK_CREATED"] }, { order: "ascending", limit: 1 });
      expect(entry?.details).toEqual({
        by: "kim",
        webhook: {
          endpoint: 2,
          name: "Alerts",
          host: "example.com",
          kinds: ["event.rejected"],
          clients: ["kiosk", "ä"],
        },
      });
      expect(JSON.stringify(entry)).not.toContain("token");
      expect(await storage.webhooks.endpoint(1)).toBeNull();
    });

    test("a change leaves alone how far the endpoint has come", async () => {
      const id = await create();
      await add(id, delivery(id, 1));
      await settle(delivery(id, 1), refused, 9_000_000);
      const before = await read(id);
      await perform({ action: "WEBHOOK_CHANGED", by: null, endpoint: id, settings: { ...settings, name: "Other" } });
      expect(await read(id)).toEqual({ ...before, name: "Other", nextAttemptAtUs: null });
    });

    test("secrets before the last few, and those whose time has passed, go when there is another", async () => {
      const id = await create();
      const rotate = (secret: string, formerUntilUs: number) =>
        perform({ action: "WEBHOOK_ROTATED", by: null, endpoint: id, secret, formerUntilUs });
      await rotate("second", NOON + 10);
      await rotate("third", NOON + 20);
      await rotate("fourth", NOON + 30);
      const sealed = async () => (await read(id)).secrets;
      expect(await sealed()).toEqual([
        { sealed: "fourth", untilUs: null },
        { sealed: "third", untilUs: NOON + 30 },
        { sealed: "second", untilUs: NOON + 20 },
      ]);
      clockUs = NOON + 30;
      await rotate("fifth", NOON + 40);
      expect(await sealed()).toEqual([
        { sealed: "fifth", untilUs: null },
        { sealed: "fourth", untilUs: NOON + 40 },
      ]);
    });

    test("deliveries and the cursor are written together, and not where another has written since", async () => {
      const id = await create();
      const before = await read(id);
      const collecting = delivery(id, 2, { state: "COLLECTING", code: null });
      expect(await add(id, delivery(id, 1), collecting)).toBe(true);
      expect(await storage.webhooks.advance({ endpoint: before, toSeq: 9, deliveries: [delivery(id, 1)] })).toBe(false);
      expect(await read(id)).toMatchObject({ cursor: 2, lastDelivery: 2 });
      expect(await storage.webhooks.unsent(id)).toEqual({ collecting: [collecting], next: delivery(id, 1) });
      const grown = { ...collecting, count: 5, toSeq: 12, entries: [] };
      expect(await add(id, grown)).toBe(true);
      expect(await storage.webhooks.delivery(grown.id)).toEqual(grown);
      expect(await storage.webhooks.delivery("msg_none")).toBeNull();
    });

    test("an endpoint is due with entries behind its cursor, with what waits, and with what is complete", async () => {
      const id = await create();
      const isDue = async (nowUs = clockUs) => (await storage.webhooks.due(nowUs)).includes(id);
      expect(await isDue()).toBe(false);
      await storage.append([prepared(sale())]);
      expect(await isDue()).toBe(true);
      await add(id, delivery(id, 1, { state: "COLLECTING" }));
      expect([await isDue(), await isDue(NOON + 60_000_000)]).toEqual([false, true]);
      await storage.webhooks.advance({ endpoint: await read(id), toSeq: 2, deliveries: [delivery(id, 1)] });
      expect(await isDue()).toBe(true);
      await settle(delivery(id, 1), refused, 5_000_000);
      expect([await isDue(), await isDue(NOON + 5_000_000)]).toEqual([false, true]);
      await perform({ action: "WEBHOOK_DISABLED", by: null, endpoint: id, because: "ASKED", reason: null });
      expect(await isDue(NOON + 5_000_000)).toBe(false);
    });

    test("attempts are kept, and a failure waits and is remembered until one succeeds", async () => {
      const id = await create();
      await add(id, delivery(id, 1));
      expect(await settle(delivery(id, 1), refused, 5_000_000)).toBe(true);
      clockUs += 7;
      const [first, again] = [delivery(id, 1), delivery(id, 1, { tries: 1 })];
      expect(await nextOf(id)).toEqual(again);
      expect(await read(id)).toMatchObject({ nextAttemptAtUs: NOON + 5_000_000, failingSinceUs: NOON, lastAttempt: 1 });
      await settle(again, refused, 9_000_000);
      expect(await read(id)).toMatchObject({ failingSinceUs: NOON });
      expect(await settle(delivery(id, 1, { tries: 2 }), delivered, null)).toBe(true);
      expect(await read(id)).toMatchObject({ nextAttemptAtUs: null, failingSinceUs: null, lastAttempt: 3 });
      expect(await nextOf(id)).toBeNull();
      expect(await storage.webhooks.delivery(first.id)).toEqual({ ...first, state: "DELIVERED", settledAtUs: clockUs });
      const attempts = await storage.webhooks.attempts({ endpoint: id, delivery: 1 }, 10);
      expect(attempts.map(({ number, status, atUs }) => [number, status, atUs])).toEqual([
        [3, 204, NOON + 7],
        [2, 500, NOON + 7],
        [1, 500, NOON],
      ]);
      expect(attempts[1]).toEqual({ ...refused, endpoint: id, number: 2, delivery: 1, atUs: NOON + 7 });
      expect(await storage.webhooks.attempts({ endpoint: id, delivery: 2 }, 10)).toEqual([]);
    });

    test("a late word about a delivery that was dealt with changes nothing but the attempts", async () => {
      const id = await create();
      await add(id, delivery(id, 1));
      await settle(delivery(id, 1), delivered, null);
      expect(await settle(delivery(id, 1), refused, 5_000_000)).toBe(false);
      expect(await read(id)).toMatchObject({ nextAttemptAtUs: null, failingSinceUs: null, lastAttempt: 2 });
      expect(await storage.webhooks.delivery(delivery(id, 1).id)).toMatchObject({ state: "DELIVERED" });
    });

    test("what was settled can be put back into the queue, one or those of a time", async () => {
      const id = await create();
      await add(id, ...[1, 2, 3, 4].map((number) => delivery(id, number)));
      for (const number of [1, 2, 3]) await settle(delivery(id, number), delivered, null);
      await settle(delivery(id, 4), refused, 5_000_000);
      expect(await storage.webhooks.requeue({ endpoint: id, number: 2 })).toBe(1);
      expect(await nextOf(id)).toEqual(delivery(id, 2));
      expect(await read(id)).toMatchObject({ nextAttemptAtUs: null });
      expect(await storage.webhooks.requeue({ endpoint: id, fromUs: NOON + 1, toUs: NOON + 3 })).toBe(1);
      expect(await nextOf(id)).toEqual(delivery(id, 1));
      const settled = { endpoint: id, states: ["DELIVERED"] } as const;
      expect(await storage.webhooks.deliveries(settled, newestFirst)).toMatchObject([{ number: 3 }]);
      expect(await storage.webhooks.countDeliveries(settled)).toBe(1);
      expect(await storage.webhooks.countDeliveries({ endpoint: id })).toBe(4);
    });

    test("what stands in the way can be skipped", async () => {
      const id = await create();
      await add(id, delivery(id, 1), delivery(id, 2));
      await settle(delivery(id, 1), refused, 5_000_000);
      expect(await storage.webhooks.skip(delivery(id, 1), clockUs)).toBe(true);
      expect(await storage.webhooks.skip(delivery(id, 1), clockUs)).toBe(false);
      expect(await nextOf(id)).toEqual(delivery(id, 2));
      expect(await read(id)).toMatchObject({ nextAttemptAtUs: null });
      expect(await storage.webhooks.requeue({ endpoint: id, number: 1 })).toBe(1);
      expect(await nextOf(id)).toEqual(delivery(id, 1));
    });

    test("enabled again, an endpoint goes on where it stood with all attempts before it, or begins now", async () => {
      const [id, other] = [await create(), await create()];
      for (const endpoint of [id, other]) {
        await add(endpoint, delivery(endpoint, 1), delivery(endpoint, 2, { state: "COLLECTING" }));
        await settle(delivery(endpoint, 1), refused, 5_000_000);
        await perform({ action: "WEBHOOK_DISABLED", by: null, endpoint, because: "FAILING", reason: "days" });
      }
      expect(await read(id)).toMatchObject({ disabledBecause: "FAILING", disabledAtUs: NOON, reason: "days" });
      const before = await read(id);
      await perform({ action: "WEBHOOK_ENABLED", by: null, endpoint: id, skipsMissed: false });
      expect(await read(id)).toMatchObject({ disabledBecause: null, failingSinceUs: null, nextAttemptAtUs: null });
      expect((await read(id)).cursor).toBe(before.cursor);
      expect(await storage.webhooks.unsent(id)).toMatchObject({ collecting: [{ number: 2 }], next: { tries: 0 } });
      const seq = await perform({ action: "WEBHOOK_ENABLED", by: null, endpoint: other, skipsMissed: true });
      expect((await read(other)).cursor).toBe(seq);
      expect(await storage.webhooks.unsent(other)).toEqual({ collecting: [], next: null });
      expect(await storage.webhooks.countDeliveries({ endpoint: other, states: ["SKIPPED"] })).toBe(2);
    });

    test("acts on endpoints that cannot be done are refused", async () => {
      const id = await create();
      const acts: readonly Act[] = [
        { action: "WEBHOOK_ENABLED", by: null, endpoint: id, skipsMissed: false },
        { action: "WEBHOOK_DISABLED", by: null, endpoint: id, because: "ASKED", reason: null },
        { action: "WEBHOOK_DISABLED", by: null, endpoint: id, because: "GONE", reason: null },
        { action: "WEBHOOK_DELETED", by: null, endpoint: id },
        { action: "WEBHOOK_CHANGED", by: null, endpoint: id, settings },
      ];
      const performed = await storage.perform(acts);
      expect(performed.map((one) => (one.kind === "refused" ? one.reason : one.kind))).toEqual([
        ...["The endpoint is not disabled.", "done", "The endpoint is disabled already.", "done"],
        "There is no such endpoint.",
      ]);
    });

    test("an endpoint that is deleted takes everything with it, and who still works for it changes nothing", async () => {
      const id = await create();
      await add(id, delivery(id, 1));
      await settle(delivery(id, 1), refused, null);
      const endpoint = await read(id);
      await perform({ action: "WEBHOOK_DELETED", by: "kim", endpoint: id });
      expect(await storage.webhooks.endpoints()).toEqual([]);
      expect(await storage.webhooks.delivery(delivery(id, 1).id)).toBeNull();
      expect(await storage.webhooks.advance({ endpoint, toSeq: 9, deliveries: [delivery(id, 2)] })).toBe(false);
      expect(await settle(delivery(id, 1), delivered, null)).toBe(false);
      const test = { ...delivery(id, 0), kind: "webhook.test", state: "FAILED" } as const;
      const outcome = { atUs: NOON, answer: refused, nextAttemptAtUs: null };
      expect(await storage.webhooks.addTest(test, outcome)).toBeNull();
      expect(await storage.webhooks.attempts({ endpoint: id }, 10)).toEqual([]);
    });

    test("of the settled only the last are kept, of what waits everything", async () => {
      const id = await create();
      await add(id, delivery(id, 1), delivery(id, 2), delivery(id, 3, { state: "DELIVERED" }));
      const far = Math.max(KEPT_DELIVERIES, KEPT_ATTEMPTS) + 2;
      await add(id, delivery(id, far));
      await settle(delivery(id, 1), delivered, null);
      const left = await storage.webhooks.deliveries({ endpoint: id }, newestFirst);
      expect(left.map(({ number }) => number)).toEqual([far, 3, 2]);
    });

    test("a test stands among the deliveries, and not in the queue", async () => {
      const id = await create();
      const { number: _none, ...test } = delivery(id, 0, { kind: "webhook.test", code: null, state: "DELIVERED" });
      const outcome = { atUs: NOON, answer: delivered, nextAttemptAtUs: null };
      expect(await storage.webhooks.addTest(test, outcome)).toBe(1);
      expect(await storage.webhooks.deliveries({ endpoint: id }, newestFirst)).toEqual([{ ...test, number: 1 }]);
      expect(await storage.webhooks.attempts({ endpoint: id, delivery: 1 }, 1)).toMatchObject([{ status: 204 }]);
      expect(await storage.webhooks.requeue({ endpoint: id })).toBe(0);
      expect(await nextOf(id)).toBeNull();
    });
  });
};
