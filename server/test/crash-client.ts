// A client in a world that crashes: it sends each event until it is acknowledged, keeps a ledger of what it was told,
// and compares it in the end with what the servers have.
import { expect } from "vitest";
import type { Random } from "../demo/random.ts";
import { addDecimals } from "../domain/decimal.ts";
import { ask } from "./cluster.ts";

interface Sent {
  readonly identity: number;
  readonly amount: string;
  /** Undefined until it was acknowledged. */
  seq?: number;
}

export interface Ledger {
  readonly client: string;
  readonly sent: readonly Sent[];
  /** What cannot have been true together. */
  readonly contradictions: readonly string[];
}

interface Acknowledged {
  readonly outcome: string;
  readonly receipt: { readonly seq: number };
}

interface ClientOptions {
  readonly client: string;
  readonly url: string;
  readonly random: Random;
  readonly isOver: () => boolean;
}

const INGEST = `mutation ($events: [IngestEventInput!]!) {
  ingestEvents(input: { events: $events }) { results { outcome receipt { seq } } }
}`;

/** New events, repeats and other spellings in small batches. */
export const runClient = async ({ client, url, random, isOver }: ClientOptions): Promise<Ledger> => {
  const sent: Sent[] = [];
  const contradictions: string[] = [];
  while (!isOver()) {
    const batch = Array.from({ length: random.int(1, 4) }, () => nextEvent(sent, random));
    const results = await sendUntilAcknowledged({ client, url, random, batch });
    batch.forEach((event, index) => {
      const { outcome, receipt } = results[index] ?? { outcome: "NONE", receipt: { seq: -1 } };
      const isKnown = event.seq !== undefined;
      const isKept =
        outcome === "DUPLICATE" ? !isKnown || event.seq === receipt.seq : outcome === "ACCEPTED" && !isKnown;
      if (!isKept) contradictions.push(`${client}/${event.identity}: ${outcome} #${receipt.seq} after #${event.seq}`);
      event.seq = receipt.seq;
    });
  }
  return { client, sent, contradictions };
};

const nextEvent = (sent: Sent[], random: Random): Sent => {
  if (sent.length > 0 && random.chance(0.3)) return random.pick(sent);
  const fresh: Sent = { identity: sent.length, amount: `${random.int(1, 1000)}.${random.int(1, 9)}` };
  sent.push(fresh);
  return fresh;
};

const sendUntilAcknowledged = async ({
  client,
  url,
  random,
  batch,
}: Omit<ClientOptions, "isOver"> & { readonly batch: readonly Sent[] }): Promise<readonly Acknowledged[]> => {
  const events = batch.map((event) => spell(client, event, random));
  for (;;) {
    const answer = await ask<{ ingestEvents: { results: readonly Acknowledged[] } }>(url, INGEST, { events }).catch(
      () => null,
    );
    if (answer !== null) return answer.ingestEvents.results;
    await new Promise((resolve) => setTimeout(resolve, random.int(10, 50)));
  }
};

const spell = (client: string, { identity, amount }: Sent, random: Random): object => {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + identity * 1000).toISOString();
  const time = timestamp.replace("Z", "+00:00");
  const event = random.chance(0.5)
    ? { data: { Source: ` ${client} `, type: "sale", total: `+${amount}0`, time }, noise: random.int(0, 1_000_000) }
    : { client, metric: "sale", amount, timestamp };
  return { event, idempotencyKey: identity % 3 === 0 ? `key-${identity}` : null };
};

/** Nothing that was acknowledged to this client is lost, and nothing is counted twice. */
export const expectKept = async (url: string, { client, sent, contradictions }: Ledger): Promise<void> => {
  expect(contradictions).toEqual([]);
  const amounts = new Map(sent.map(({ seq, amount }) => [seq, amount]));
  expect(await amountsBySeq(url, client)).toEqual(amounts);
  expect(amounts.size).toBe(sent.length);
  const { aggregations } = await ask<{ aggregations: readonly object[] }>(
    url,
    "query ($client: String!) { aggregations(filter: { clients: [$client] }) { count sum } }",
    { client },
  );
  expect(aggregations).toEqual([{ count: sent.length, sum: sent.map(({ amount }) => amount).reduce(addDecimals) }]);
};

interface EventsPage {
  readonly events: {
    readonly edges: readonly { readonly node: { readonly seq: number; readonly amount: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

const EVENTS = `query ($after: String, $client: String!) {
  events(first: 500, after: $after, filter: { clients: [$client] }) {
    edges { node { seq amount } } pageInfo { hasNextPage endCursor }
  }
}`;

const amountsBySeq = async (url: string, client: string): Promise<ReadonlyMap<number, string>> => {
  const amounts = new Map<number, string>();
  for (let after: string | null = null, hasMore = true; hasMore; ) {
    const { events }: EventsPage = await ask<EventsPage>(url, EVENTS, { after, client });
    for (const { node } of events.edges) amounts.set(node.seq, node.amount);
    [after, hasMore] = [events.pageInfo.endCursor, events.pageInfo.hasNextPage];
  }
  return amounts;
};
