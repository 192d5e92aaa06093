// A database that has everything in it: each outcome, each kind and state of failure, each act, profiles, jobs and later
// work. For tests of what reads all of it.
import type { Act, FailedAttempt } from "../domain/act.ts";
import type { Prepared, PreparedEvent, Retry, Submitted } from "../domain/event.ts";
import { failureIdentity } from "../domain/fingerprint.ts";
import { type Json, rawText } from "../domain/json.ts";
import { describeProblem } from "../domain/problem.ts";
import { defaultProfile, type Profile } from "../domain/profile.ts";
import { createProfileBook } from "../domain/profile-book.ts";
import { hashSecret } from "../domain/token.ts";
import type { WebhookEndpoint } from "../domain/webhook.ts";
import { planDeliveries } from "../domain/webhook-plan.ts";
import { prepare } from "../pipeline/prepare.ts";
import type { Storage } from "../storage/storage.ts";
import { NOON } from "./prepared.ts";

interface Filling {
  readonly storage: Storage;
  /** Sets the clock of the storage, in microseconds since 1970. */
  readonly setClock: (us: number) => void;
}

const DAY_US = 86_400_000_000;
const commas: Profile = { ...defaultProfile, decimalSeparator: "COMMA" };
const dots: Profile = {
  ...defaultProfile,
  decimalSeparator: "DOT",
  aliases: { ...defaultProfile.aliases, amount: ["pay.sum"] },
};

const sale = (change: Record<string, Json> = {}): Json => ({
  ...{ client: "kiosk", metric: "sale", amount: 10, timestamp: "2026-01-31T12:00:00Z" },
  ...change,
});

/** Fills an empty database. */
export const fillWithEverything = async ({ storage, setClock }: Filling): Promise<void> => {
  let nowUs = NOON;
  const pass = (us: number): void => {
    nowUs += us;
    setClock(nowUs);
  };
  setClock(nowUs);

  const read = async (submitted: Submitted): Promise<Prepared> => {
    const { versions, asOf } = await storage.profileVersions(null);
    return prepare(submitted, createProfileBook(versions, asOf).read(submitted, nowUs), nowUs);
  };
  const readEvent = async (raw: Json, idempotencyKey: string | null = null): Promise<PreparedEvent> => {
    const event = await read({ raw, idempotencyKey });
    if (event.kind !== "event") throw new Error(`This is no event: ${JSON.stringify(raw)}.`);
    return event;
  };
  const send = async (raw: Json, idempotencyKey: string | null = null): Promise<void> => {
    pass(1_234);
    await storage.append([await read({ raw, idempotencyKey })]);
  };
  const perform = async (...acts: readonly Act[]): Promise<void> => {
    pass(1_234);
    const performed = await storage.perform(acts);
    for (const one of performed) if (one.kind === "refused") throw new Error(one.reason);
  };
  const last = async (): Promise<number> => storage.head();
  const setProfile = (client: string, profile: Profile | null): Promise<void> =>
    perform({ action: profile === null ? "PROFILE_DELETED" : "PROFILE_SET", by: "kim", client, profile });
  const reprocess = async (event: number, raw: Json): Promise<void> => {
    const from = (await storage.event(event))?.fingerprint ?? "";
    await perform({ action: "REPROCESSED", by: null, event, from, reading: await readEvent(raw) });
  };

  const outcomes = async (): Promise<void> => {
    await send(sale());
    await send(sale({ unit: "EUR", timestamp: "2026-01-31T12:00:00.123456789Z", note: "käse 🧀" }), "k-1");
    await send({ Source: "kiosk", data: { type: "sale", total: "10.00", time: "31 Jan 2026 13:00 +01:00" } });
    await send(sale({ amount: 11 }), "k-1");
    await send(sale({ amount: 11 }), "k-1");
    await send(sale({ timestamp: "2026-02-01T11:00:00Z" }));
    await send(sale({ client: "till", amount: "€1,50" }));
    await send(sale({ client: "till", amount: "0.000000001", timestamp: "2026-01-31 12:20" }));
    await send("garbage");
    await send(sale({ amount: "?" }), "k-2");
    await send(sale({ amount: "?" }), "k-2");
    await send({ total: "x", deep: { a: [1, 2, null, 1e21] } });
  };

  const flawed = async (): Promise<void> => {
    const flawed = { raw: sale({ client: "queue" }), idempotencyKey: null, flaws: { unusableKeys: ["a", "b"] } };
    await storage.append([await read(flawed), await read({ ...flawed, flaws: { unusableKeys: ["c", "d"] } })]);
    await send(sale({ client: "big", note: "x".repeat(300_000) }));
  };

  const failures = async (): Promise<void> => {
    // Two failures with one key, which one event closes; the entry names the first.
    await send(sale({ client: "cafe", amount: "1,200" }), "twice");
    await send(sale({ client: "cafe", amount: "1,300" }), "twice");
    await send(sale({ client: "cafe", amount: 1200 }), "twice");
    await send(sale({ client: "cafe", amount: "1,400" }));
    const open = await last();
    const attempt: FailedAttempt = {
      ...{ action: "RETRIED", by: "kim", failure: open, attempts: 0, fault: null, state: "OPEN" },
      problems: [describeProblem({ code: "MISSING_AMOUNT", path: null })],
      ...{ edited: null, nextAttemptAtUs: null },
    };
    await perform(attempt, { ...attempt, attempts: 1, edited: '{"amount":"?"}' });
    await send(sale({ client: "cafe", amount: "1,500" }));
    const discarded = await last();
    await perform({ action: "DISCARDED", by: "kim", failure: discarded, reason: "a test" });
    await send(sale({ client: "cafe", amount: "1,500" }));
    await send(sale({ client: "cafe", amount: "1,600" }));
    const reopened = await last();
    await perform(
      { action: "DISCARDED", by: "kim", failure: reopened, reason: "a test" },
      { action: "REOPENED", by: "lee", failure: reopened, reason: "no test" },
    );
    await send(sale({ client: "cafe", amount: "1,700" }));
    const retry: Retry = { failure: await last(), isEdited: true, by: "kim", job: null };
    await storage.append([{ ...(await readEvent(sale({ client: "cafe", amount: 1700 }))), retry }]);
  };

  const faults = async (): Promise<void> => {
    const faulty = (amount: number): Act => {
      const raw = sale({ client: "faulty", amount });
      const what = { client: "faulty", idempotencyKey: null, rawText: rawText(raw), fault: "EIO" };
      const identity = failureIdentity({ kind: "PROCESSING", client: "faulty", idempotencyKey: null, raw });
      return { action: "FAULTED", by: null, ...what, identity, nextAttemptAtUs: nowUs + 5_000_000 };
    };
    await perform(faulty(1), faulty(1), faulty(2), faulty(3));
    const third = await last();
    const attempt = { action: "RETRIED", by: null, attempts: 0, problems: null, edited: null } as const;
    await perform(
      { ...attempt, failure: third, fault: "ENOSPC", state: "DEAD", nextAttemptAtUs: null },
      { ...attempt, failure: third - 3, fault: "ENOSPC", state: "DEAD", nextAttemptAtUs: null },
      { ...attempt, failure: third - 1, fault: "EIO", state: "SCHEDULED", nextAttemptAtUs: nowUs + 9_000_000 },
    );
    const retry: Retry = { failure: third, isEdited: false, by: null, job: null };
    await storage.append([{ ...(await readEvent(sale({ client: "faulty", amount: 3 }))), retry }]);
  };

  const profiles = async (): Promise<void> => {
    await setProfile("bar", commas);
    await send(sale({ client: "bar", amount: "1,200" }));
    const first = await last();
    await send(sale({ client: "bar", amount: "2,400" }));
    await send(sale({ client: "bar", amount: 2400 }));
    await setProfile("bar", dots);
    await setProfile("shy", { ...defaultProfile, identity: "CONTENT", allowNegative: true });
    await send(sale({ client: "shy", amount: "-3" }), "ignored");
    await send(sale({ client: "bar", pay: { sum: "7" }, amount: "8" }));
    await reprocess(first, sale({ client: "bar", amount: "1,200" }));
    await reprocess(first + 1, sale({ client: "bar", amount: "2,400" }));
    await setProfile("bar", null);
    await setProfile("bar", commas);
    await reprocess(first, sale({ client: "bar", amount: "1,200" }));
  };

  const voids = async (): Promise<void> => {
    const voiding = { action: "VOIDED", by: "kim", event: 1, reason: "a test sale" } as const;
    await perform(voiding, { ...voiding, event: 2 }, { ...voiding, action: "UNVOIDED", reason: null });
    await send(sale());
    // Not folded into the rollups yet.
    await send(sale({ client: "bar", amount: 77 }));
  };

  const jobs = async (): Promise<void> => {
    const plan = { kind: "DISCARD", filter: { clients: ["nobody"] }, reason: "none" } as const;
    const start: Act = { action: "JOB_STARTED", by: "kim", plan, client: null, total: 3 };
    await perform(start);
    const job = await last();
    await storage.advanceJob({ id: job, position: 2, looked: 2 });
    await perform({ action: "JOB_ENDED", by: null, job, state: "FAILED", error: "it broke" }, start);
    await storage.leases.schedule({ kind: "retention", item: "raw" }, 5_000);
    await storage.leases.schedule({ kind: "job", item: "1" }, 0);
    await storage.leases.claim({ kind: "job", limit: 1, leaseMs: 60_000 });
    await storage.checkWritable();
  };

  const tokens = async (): Promise<void> => {
    const token = { name: "till", scopes: ["ingest"], clients: ["kiosk", "bar"], createdBy: "kim" } as const;
    const made = { ...token, createdAtUs: nowUs, expiresAtUs: nowUs + DAY_US, secretHash: hashSecret("1") };
    await storage.tokens.add({ ...made, id: "b" });
    await storage.tokens.add({ ...made, id: "a", name: null, clients: null, createdBy: null, expiresAtUs: null });
    const rotation = { id: "b", secretHash: hashSecret("2"), atUs: nowUs + 1, previousUntilUs: nowUs + 2 };
    await storage.tokens.rotate(rotation);
    await storage.tokens.revoke({ id: "a", atUs: nowUs + 3, by: "kim" });
    await storage.tokens.noteUses([{ id: "b", usedAtUs: nowUs + 4 }]);
  };

  const webhooks = async (): Promise<void> => {
    const settings = {
      ...{ name: "Käse 🧀", url: "https://example.com/in?a=1", clients: ["kiosk", "till"], windowSeconds: 60 },
      kinds: ["event.rejected", "event.accepted"] as const,
    };
    await perform({ action: "WEBHOOK_CREATED", by: "kim", settings, secret: "sealed" });
    const endpoint = await last();
    const read = async () => (await storage.webhooks.endpoint(endpoint)) as WebhookEndpoint;
    const reading = { databaseId: storage.databaseId, collecting: [], isEnd: false, nowUs };
    await send(sale({ amount: "?", note: "another" }));
    await send(sale({ amount: 4711 }));
    const entries = await storage.entries({}, { above: endpoint, order: "ascending", limit: 10 });
    const deliveries = planDeliveries({ ...reading, endpoint: await read(), entries });
    await storage.webhooks.advance({ endpoint: await read(), toSeq: await last(), deliveries });
    const answer = { result: "REFUSED", status: 500, error: null, response: "HTTP 500\n\noh", durationMs: 12 } as const;
    const { next } = await storage.webhooks.unsent(endpoint);
    if (next === null) throw new Error("Nothing waits to be sent.");
    await storage.webhooks.settle({ delivery: next, atUs: nowUs, answer, nextAttemptAtUs: nowUs + 5_000_000 });
    const failure = { result: "FAILED", status: null, error: "ECONNREFUSED", response: null, durationMs: 1 } as const;
    await storage.webhooks.addTest(
      { ...next, id: "msg_test", kind: "webhook.test", state: "FAILED", settledAtUs: nowUs },
      { atUs: nowUs, answer: failure, nextAttemptAtUs: null },
    );
    await perform({ action: "WEBHOOK_CREATED", by: null, settings: { ...settings, clients: null }, secret: "sealed" });
    const other = await last();
    await perform({ action: "WEBHOOK_ROTATED", by: null, endpoint: other, secret: "newer", formerUntilUs: nowUs * 2 });
    await perform({ action: "WEBHOOK_DISABLED", by: null, endpoint: other, because: "GONE", reason: null });
    await perform({ action: "WEBHOOK_CREATED", by: null, settings, secret: "sealed" });
    const third = await last();
    await perform(
      { action: "WEBHOOK_CHANGED", by: "kim", endpoint: third, settings: { ...settings, windowSeconds: 0 } },
      { action: "WEBHOOK_DISABLED", by: "kim", endpoint: third, because: "ASKED", reason: "moving" },
      { action: "WEBHOOK_ENABLED", by: "kim", endpoint: third, skipsMissed: true },
      { action: "WEBHOOK_DELETED", by: "kim", endpoint: third },
    );
  };

  const history = async (): Promise<void> => {
    const step = { stepSeconds: 10, atUs: nowUs, startedAtUs: nowUs - 1, figures: '{"seconds":10}' };
    const others = { stepSeconds: 60, server: "b:1", figures: '{"seconds":60}' };
    await storage.history.write(
      [
        { ...step, server: "Käse:3000" },
        { ...step, server: "a:1" },
      ],
      [],
    );
    await storage.history.write([{ ...step, ...others }], []);
  };

  await outcomes();
  await flawed();
  await failures();
  await faults();
  pass(40 * DAY_US);
  await profiles();
  await voids();
  await webhooks();
  await jobs();
  await tokens();
  await history();
  await storage.removeRawEvents({ receivedBeforeUs: nowUs - 39 * DAY_US, limit: 2 });
};
