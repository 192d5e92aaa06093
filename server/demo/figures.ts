// What the server says at the end about the clients of one run, asked through the same API.
import { z } from "zod";
import type { Api } from "./api.ts";
import type { SeriesName } from "./truth.ts";

export interface ClientFigures {
  readonly client: string;
  readonly received: bigint;
  readonly accepted: bigint;
  readonly duplicates: bigint;
  readonly conflicts: bigint;
  readonly rejected: bigint;
  /** Different events that failed. */
  readonly failures: bigint;
  readonly resolved: bigint;
}

export interface Series extends SeriesName {
  readonly count: bigint;
  /** Decimal text. */
  readonly sum: string;
}

export interface Figures {
  readonly clients: readonly ClientFigures[];
  readonly series: readonly Series[];
  readonly nobodysFailures: bigint;
  /** What does not balance in the books of all clients, in words. */
  readonly imbalances: readonly string[];
}

const CLIENT = `query DemoClient($client: String!) {
  stats(client: $client) { received accepted duplicates conflicts rejected }
  failures: failedEvents(first: 0, filter: { clients: [$client] }) { totalCount }
  resolved: failedEvents(first: 0, filter: { clients: [$client], states: [RESOLVED] }) { totalCount }
}`;
const SERIES = `query DemoSeries($clients: [String!]!) {
  aggregations(filter: { clients: $clients }, groupBy: [CLIENT, METRIC, UNIT]) { client metric unit count sum }
}`;
const FAILURES = `query DemoFailures($text: String!, $after: String) {
  failedEvents(first: 500, after: $after, filter: { text: $text }) { edges { node { client } } pageInfo { hasNextPage endCursor } }
}`;
const BOOKS = `query DemoBooks { books { balanced differences { identity client expected actual } } }`;

const count = z.int().transform(BigInt);
const total = z.object({ totalCount: count }).transform(({ totalCount }) => totalCount);
const clientAnswer = z.object({
  stats: z.object({ received: count, accepted: count, duplicates: count, conflicts: count, rejected: count }),
  failures: total,
  resolved: total,
});
const seriesAnswer = z.object({
  aggregations: z.array(
    z.object({ client: z.string(), metric: z.string(), unit: z.string().nullable(), count, sum: z.string() }),
  ),
});
const failuresAnswer = z.object({
  failedEvents: z.object({
    edges: z.array(z.object({ node: z.object({ client: z.string().nullable() }) })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});
type FailuresPage = z.infer<typeof failuresAnswer>["failedEvents"];
const booksAnswer = z.object({
  books: z.object({
    balanced: z.boolean(),
    differences: z.array(
      z.object({ identity: z.string(), client: z.string().nullable(), expected: z.number(), actual: z.number() }),
    ),
  }),
});

export const readFigures = async (
  api: Api,
  { clients, prefix }: { clients: readonly string[]; prefix: string },
): Promise<Figures> => ({
  clients: await Promise.all(clients.map((client) => readClient(api, client))),
  series: seriesAnswer.parse(await api.ask(SERIES, { clients })).aggregations,
  nobodysFailures: await countNobodysFailures(api, prefix),
  imbalances: await readImbalances(api),
});

const readClient = async (api: Api, client: string): Promise<ClientFigures> => {
  const { stats, failures, resolved } = clientAnswer.parse(await api.ask(CLIENT, { client }));
  return { client, ...stats, failures, resolved };
};

/** Those that do not say whose they are carry the prefix in their text, as do all others of the run. */
const countNobodysFailures = async (api: Api, prefix: string): Promise<bigint> => {
  let found = 0;
  for (let after: string | null = null, hasNext = true; hasNext; ) {
    const { edges, pageInfo }: FailuresPage = failuresAnswer.parse(
      await api.ask(FAILURES, { text: prefix, after }),
    ).failedEvents;
    found += edges.filter(({ node }) => node.client === null).length;
    after = pageInfo.endCursor;
    hasNext = pageInfo.hasNextPage;
  }
  return BigInt(found);
};

const readImbalances = async (api: Api): Promise<readonly string[]> => {
  const { balanced, differences } = booksAnswer.parse(await api.ask(BOOKS)).books;
  const found = differences.map(
    ({ identity, client, expected, actual }) => `${identity}: ${expected} and ${actual} for ${client ?? "all clients"}`,
  );
  return balanced || found.length > 0 ? found : ["the books do not say why"];
};
