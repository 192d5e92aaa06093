// What must hold after every crash: nothing that was acknowledged is missing, nothing is counted twice, nothing is
// invented, every answer was true, the books balance, the rollups are right, and every subscriber was told of every
// entry once.
import { hash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Api } from "../demo/api.ts";
import { compare, describeDifference, isEqual } from "../demo/comparison.ts";
import { exactOf, textOf } from "../demo/exact.ts";
import { readFigures } from "../demo/figures.ts";
import { type Ledger, receiptProof } from "../demo/ledger.ts";
import { identityOf, type Sale } from "../demo/sale.ts";
import { truthOf } from "../demo/truth.ts";
import { differencesFrom, intervals } from "./recount.ts";
import type { Script } from "./script.ts";
import { readStored, type Stored, type StoredEntry, type StoredEvent } from "./stored.ts";
import type { Subscriber } from "./subscriber.ts";

interface Audited {
  readonly api: Api;
  readonly ledger: Ledger;
  readonly script: Script;
  readonly subscribers: readonly Subscriber[];
}

const TELLING_LIMIT_MS = 15_000;
const TELLING_POLL_MS = 10;

/** Everything that does not hold, in words. What is sent must have been answered. */
export const audit = async ({ api, ledger, script, subscribers }: Audited): Promise<readonly string[]> => {
  ledger.settle();
  // What has been answered wrong already may be why what follows cannot even be asked.
  if (ledger.differences.length > 0) return ledger.differences;
  const { prefix, lanes } = script;
  const sales = lanes.flatMap((lane) => lane.sales);
  const figures = await readFigures(api, { clients: lanes.map(({ client }) => client), prefix });
  const stored = await readStored(api);
  return [
    ...compare({ truth: truthOf(lanes), ledger, figures })
      .filter((comparison) => !isEqual(comparison))
      .map(describeDifference),
    ...figures.imbalances,
    ...auditEvents(sales, stored.events, ledger),
    ...auditLog(stored),
    ...intervals.flatMap((interval) => differencesFrom(sales, interval, stored.aggregations[interval])),
    ...(await Promise.all(subscribers.map((subscriber) => auditSubscriber(subscriber, stored.entries)))).flat(),
  ];
};

/** Every sale is there once, as it was and as it was acknowledged, and nothing else is. */
const auditEvents = (sales: readonly Sale[], events: readonly StoredEvent[], ledger: Ledger): readonly string[] => {
  const wanted = new Map(sales.map((sale) => [identityOf(sale), sale]));
  const seen = new Set<string>();
  const found = events.flatMap((event): readonly string[] => {
    const identity = identityOf(saleOf(event));
    const sale = wanted.get(identity);
    const is = `Event ${event.seq}, ${JSON.stringify(event)},`;
    if (sale === undefined) return [`${is} was invented: no client has sent it.`];
    if (seen.has(identity)) return [`${is} is there twice.`];
    seen.add(identity);
    const proof = ledger.proofOf(identity);
    return [
      ...(describeSale(sale) === describeSale(saleOf(event)) ? [] : [`${is} should be ${describeSale(sale)}.`]),
      ...(proof === null || proof === receiptProof(event) ? [] : [`${is} was acknowledged with ${proof}.`]),
      ...(event.fingerprint === fingerprintOf(sale) ? [] : [`${is} has another fingerprint than its content.`]),
    ];
  });
  const missing = [...wanted.keys()].filter((identity) => !seen.has(identity));
  return [
    ...found,
    ...missing.map((identity) => `${identity} is missing: it was sent and ${acknowledged(ledger, identity)}.`),
  ];
};

const acknowledged = (ledger: Ledger, identity: string): string =>
  ledger.proofOf(identity) === null ? "never acknowledged" : `acknowledged with ${ledger.proofOf(identity)}`;

const saleOf = ({ client, metric, unit, amount, timestamp, idempotencyKey }: StoredEvent): Sale => ({
  ...{ client, metric, unit, amount: exactOf(amount), at: Date.parse(timestamp), key: idempotencyKey },
});

const describeSale = ({ client, metric, unit, amount, at, key }: Sale): string =>
  JSON.stringify([client, metric, unit, textOf(amount), new Date(at).toISOString(), key]);

/** As any client may compute it: the published form of its facts. */
const fingerprintOf = ({ client, metric, unit, amount, at }: Sale): string => {
  const timestamp = new Date(at).toISOString().replace(/\.?0*Z$/, "Z");
  const facts = { amount: textOf(amount), client, metric, timestamp, ...(unit === null ? {} : { unit }) };
  return hash("sha256", `surecount/1\n${JSON.stringify(facts)}`);
};

/** Seqs without gaps, one entry for each event that was counted, and no entry without what it is about. */
const auditLog = ({ entries, events }: Stored): readonly string[] => {
  const unlogged = new Set(events.map(({ seq }) => seq));
  const found = entries.flatMap(({ seq, action, event, hasFailure }, index): readonly string[] => {
    const wrong: string[] = [];
    if (seq !== index + 1) wrong.push(`The log has entry ${seq} in place ${index + 1}.`);
    if (action === "ACCEPTED" && (event !== seq || !unlogged.delete(seq)))
      wrong.push(`Entry ${seq} accepts an event that is not there.`);
    if (action === "DUPLICATE" && event === null) wrong.push(`Entry ${seq} is about no event.`);
    if ((action === "REJECTED" || action === "CONFLICT") && !hasFailure)
      wrong.push(`Entry ${seq} is about no failed event.`);
    return wrong;
  });
  return [...found, ...[...unlogged].map((seq) => `Event ${seq} was accepted by no entry of the log.`)];
};

const auditSubscriber = async (
  { client, seen }: Subscriber,
  entries: readonly StoredEntry[],
): Promise<readonly string[]> => {
  const expected = entries.filter((entry) => client === null || entry.client === client).map(({ seq }) => seq);
  const startedAt = performance.now();
  while (firstDifference(seen, expected) < 0 && seen.length < expected.length) {
    if (performance.now() - startedAt > TELLING_LIMIT_MS) break;
    await delay(TELLING_POLL_MS);
  }
  const index = firstDifference(seen, expected);
  const who = `A subscriber of ${client ?? "all"} was told of`;
  if (index >= 0) return [`${who} entry ${seen[index]} in place ${index + 1} instead of ${expected[index] ?? "none"}.`];
  return seen.length >= expected.length ? [] : [`${who} ${seen.length} entries instead of ${expected.length}.`];
};

/** The first place in what was told that is wrong; -1 where none is. What came after the log was read lies behind it. */
const firstDifference = (seen: readonly number[], expected: readonly number[]): number => {
  const last = expected.at(-1) ?? 0;
  return seen.findIndex((seq, place) => (place < expected.length ? seq !== expected[place] : seq <= last));
};
