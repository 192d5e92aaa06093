// What the servers have, asked through the same API as anyone's: the counted events, the log and the aggregations.
import { z } from "zod";
import type { Api } from "../demo/api.ts";
import type { Aggregation, Interval } from "./recount.ts";

export interface StoredEvent {
  readonly seq: number;
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly amount: string;
  readonly timestamp: string;
  readonly idempotencyKey: string | null;
  readonly fingerprint: string;
}

export interface StoredEntry {
  readonly seq: number;
  readonly action: string;
  readonly client: string | null;
  /** The seq of its event. */
  readonly event: number | null;
  readonly hasFailure: boolean;
}

export interface Stored {
  readonly events: readonly StoredEvent[];
  readonly entries: readonly StoredEntry[];
  readonly aggregations: Readonly<Record<Interval, readonly Aggregation[]>>;
}

const EVENTS = `query DrillEvents($after: String) {
  page: events(first: 500, after: $after) {
    edges { node { seq client metric unit amount timestamp idempotencyKey fingerprint } } pageInfo { hasNextPage endCursor }
  }
}`;
const LOG = `query DrillLog($after: String) {
  page: log(first: 500, after: $after) {
    edges { node { seq action client event { seq } failure { id } } } pageInfo { hasNextPage endCursor }
  }
}`;
const AGGREGATIONS = `query DrillAggregations($interval: AggregationInterval!) {
  aggregations(groupBy: [CLIENT, METRIC, UNIT], interval: $interval) { client metric unit from count sum min max }
}`;

const text = z.string();
const event = z.object({
  ...{ seq: z.int(), client: text, metric: text, unit: text.nullable(), amount: text, timestamp: text },
  ...{ idempotencyKey: text.nullable(), fingerprint: text },
});
const entry = z
  .object({
    ...{ seq: z.int(), action: text, client: text.nullable() },
    ...{ event: z.object({ seq: z.int() }).nullable(), failure: z.object({ id: text }).nullable() },
  })
  .transform(({ event, failure, ...rest }) => ({
    ...{ ...rest, event: event?.seq ?? null, hasFailure: failure !== null },
  }));
const aggregations = z.object({
  aggregations: z.array(
    z.object({
      ...{ client: text, metric: text, unit: text.nullable(), from: text.nullable() },
      ...{ count: z.int(), sum: text, min: text, max: text },
    }),
  ),
});
const pageOf = <Node>(node: z.ZodType<Node>) =>
  z.object({
    page: z.object({
      edges: z.array(z.object({ node })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: text.nullable() }),
    }),
  });

export const readStored = async (api: Api): Promise<Stored> => {
  const askFor = async (interval: Interval) =>
    aggregations.parse(await api.ask(AGGREGATIONS, { interval })).aggregations;
  return {
    events: await readAll(api, EVENTS, event),
    entries: await readAll(api, LOG, entry),
    aggregations: { ALL: await askFor("ALL"), DAY: await askFor("DAY"), MINUTE_15: await askFor("MINUTE_15") },
  };
};

const readAll = async <Node>(api: Api, query: string, node: z.ZodType<Node>): Promise<readonly Node[]> => {
  const page = pageOf(node);
  const nodes: Node[] = [];
  for (let after: string | null = null, hasNext = true; hasNext; ) {
    const { edges, pageInfo }: z.infer<typeof page>["page"] = page.parse(await api.ask(query, { after })).page;
    nodes.push(...edges.map((edge) => edge.node));
    [after, hasNext] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return nodes;
};
