// Fills an empty server so that every room of the dashboard has something worth seeing: two months of sales with the
// rhythm of days and weeks, an hour in which they come in with retries, reused keys and events of many kinds that cannot
// be read, and what operators did about some.
import { createRandom, type Random } from "../demo/random.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAYS = 62;
const SEED = 4;
const BATCH_EVENTS = 500;

interface Sent {
  readonly event: unknown;
  readonly idempotencyKey?: string;
}

/** How many sales a client makes on an ordinary day, of about which amount in which unit. */
const clients = [
  { client: "northwind", daily: 40, amount: 60, unit: "EUR" },
  { client: "contoso", daily: 28, amount: 45, unit: "EUR" },
  { client: "kiosk-07", daily: 34, amount: 7, unit: "EUR" },
  { client: "fabrikam", daily: 12, amount: 180, unit: "USD" },
  { client: "tailspin", daily: 8, amount: 90, unit: "EUR" },
  { client: "wingtip", daily: 5, amount: 320, unit: "USD" },
  { client: "till", daily: 16, amount: 12, unit: "EUR" },
] as const;

/** One that has fallen silent before the last hour. */
const silent = { client: "litware", daily: 6, amount: 25, unit: "EUR" } as const;

interface StockDeps {
  readonly url: string;
  readonly nowMs: number;
  /** Sets the clock of the server, which must stand an hour back in the beginning. */
  readonly setClock: (atMs: number) => void;
}

/** @throws Error where the server refuses anything. */
export const stockServer = async ({ url, nowMs, setClock }: StockDeps): Promise<void> => {
  const ask = createAsk(url);
  const random = createRandom(SEED);
  const startMs = nowMs - 60 * MINUTE_MS;
  setClock(startMs);
  await sendAll(ask, sales(random, startMs));
  const bad = random.shuffled(spoilt(startMs));
  for (let minute = 1; minute <= 60; minute += 1) {
    const atMs = startMs + minute * MINUTE_MS;
    setClock(atMs);
    await sendAll(ask, minuteOf({ random, atMs, minute, bad }));
  }
  await actAsOperator(ask);
};

type Ask = <D>(query: string, variables?: object) => Promise<D>;

const createAsk =
  (url: string): Ask =>
  async <D>(query: string, variables: object = {}): Promise<D> => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: D; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };

const sendAll = async (ask: Ask, events: readonly Sent[]): Promise<void> => {
  const query = "mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { accepted } }";
  for (let from = 0; from < events.length; from += BATCH_EVENTS)
    await ask(query, { events: events.slice(from, from + BATCH_EVENTS) });
};

/** Oldest first, as they would have come in. */
const sales = (random: Random, nowMs: number): readonly Sent[] => {
  const made: { readonly atMs: number; readonly sent: Sent }[] = [];
  for (const { client, daily, amount, unit } of [...clients, silent])
    for (let day = 0; day < DAYS; day += 1) {
      const startMs = nowMs - (DAYS - day) * DAY_MS;
      const isWeekend = [0, 6].includes(new Date(startMs).getUTCDay());
      const count = Math.round(daily * (isWeekend ? 0.4 : 1) * (0.7 + day / 120) * (random.int(75, 125) / 100));
      for (let number = 0; number < count; number += 1) {
        // Two dice: most sales are made in the middle of the day.
        const atMs = startMs + Math.round(((random.int(0, 1_000) + random.int(0, 1_000)) / 2_000) * DAY_MS);
        const cents = Math.round(amount * random.int(20, 220));
        const event = {
          ...{ client, metric: random.chance(0.12) ? "refund" : "sale", unit },
          ...{ amount: (cents / 100).toFixed(2), timestamp: new Date(Math.min(atMs, nowMs)).toISOString() },
        };
        made.push({ atMs, sent: { event, idempotencyKey: `${client}-${day}-${number}` } });
      }
    }
  return made.sort((one, other) => one.atMs - other.atMs).map(({ sent }) => sent);
};

interface Minute {
  readonly random: Random;
  readonly atMs: number;
  readonly minute: number;
  readonly bad: readonly Sent[];
}

/** What comes in within a minute: visits and a few sales, some of them again, now and then a key for another amount, and what is spoilt. */
const minuteOf = ({ random, atMs, minute, bad }: Minute): readonly Sent[] => {
  const count = 30 + Math.round(14 * Math.sin(minute / 9)) + random.int(0, 8);
  const fresh = Array.from({ length: count }, (_, number) => {
    const { client, amount, unit } = random.pick(clients);
    const timestamp = new Date(atMs - random.int(0, 50_000)).toISOString();
    const isSale = random.chance(0.04);
    const what = isSale ? { metric: "sale", unit, amount: String(amount) } : { metric: "visit", amount: "1" };
    const event = { client, ...what, timestamp };
    return { event, idempotencyKey: `${client}-live-${minute}-${number}` };
  });
  const again = fresh.filter(() => random.chance(0.12));
  const reused = fresh.filter(() => random.chance(0.01));
  const changed = reused.map(({ event, ...key }) => ({ event: { ...event, amount: "1.25" }, ...key }));
  return [...fresh, ...again, ...changed, ...bad.filter((_, index) => index % 60 === minute % 60)];
};

/** What cannot be read, each kind as often as it would meet an operator. */
const spoilt = (nowMs: number): readonly Sent[] => {
  const timestamp = new Date(nowMs - 60_000).toISOString();
  const rows = [
    { times: 14, change: (n: number) => ({ client: "till", amount: `${1 + n},${200 + n}` }) },
    { times: 6, change: (n: number) => ({ client: "kiosk-07", timestamp: `0${1 + n}/02/2026` }) },
    { times: 5, change: (n: number) => ({ client: "wingtip", amount: `${n}2abc` }) },
    { times: 4, change: (n: number) => ({ client: "contoso", amount: -5 - n }) },
    { times: 3, change: (n: number) => ({ client: "fabrikam", timestamp: `2026-02-3${n % 2}`, amount: `${n}` }) },
    { times: 3, change: (n: number) => ({ client: null, order: n }) },
    { times: 2, change: (n: number) => ({ client: "tailspin", amount: "free", metric: null, timestamp: `soon ${n}` }) },
    { times: 2, change: (n: number) => ({ client: "northwind", amount: `${10 + n}%` }) },
  ];
  const good = { client: "till", metric: "sale", amount: "10", timestamp };
  return rows.flatMap(({ times, change }) =>
    Array.from({ length: times }, (_, number) => ({ event: { ...good, ...change(number) } })),
  );
};

interface Found {
  readonly failedEvents: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
  readonly events: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
}

/** A rule for one client, one failure repaired, one discarded, one event taken out of the figures. */
const actAsOperator = async (ask: Ask): Promise<void> => {
  await ask(
    'mutation ($profile: ClientProfileInput!) { setClientProfile(client: "kiosk-07", profile: $profile) { __typename } }',
    { profile: { timeZone: "Europe/Berlin", aliases: { amount: ["betrag"] } } },
  );
  const found = await ask<Found>(`{
    failedEvents(first: 2, filter: { clients: ["wingtip"], codes: [NOT_A_NUMBER] }) { edges { node { id } } }
    events(first: 1, filter: { clients: ["tailspin"] }) { edges { node { id } } }
  }`);
  const [repaired, discarded] = found.failedEvents.edges.map(({ node }) => node.id);
  const editedEvent = { client: "wingtip", metric: "sale", amount: "42", unit: "USD", timestamp: "2026-02-01" };
  await ask("mutation ($id: ID!, $event: JSON) { retryFailedEvent(id: $id, editedEvent: $event) { outcome } }", {
    ...{ id: repaired, event: editedEvent },
  });
  await ask('mutation ($id: ID!) { discardFailedEvent(id: $id, reason: "A test of the till") { id } }', {
    id: discarded,
  });
  await ask('mutation ($id: ID!) { voidEvent(id: $id, reason: "Rung up twice by hand") { id } }', {
    id: found.events.edges[0]?.node.id,
  });
};
