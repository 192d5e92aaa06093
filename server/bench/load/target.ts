// What is sent to each kind of server, and how its answers are read.
import { noTotals, type Totals } from "../events.ts";

export type TargetName = "event" | "events" | "reference" | "noop" | "postgraphile" | "postgraphiles" | "directus";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: it comes from any server; each target reads what it needs.
  readonly json: any;
}

interface Target {
  /** The body of a request for these events, each a JSON text. */
  readonly bodyOf: (events: readonly string[]) => string;
  /** What became of them; in words what went wrong where that is not said. */
  readonly read: (answer: Answer) => Totals | string;
}

// As JSON, because each request contains one of them.
const INGEST_EVENT = JSON.stringify(`mutation Ingest($input: IngestEventInput!) {
  ingestEvent(input: $input) {
    outcome receipt { seq at fingerprint } warnings { code path }
    ... on EventAccepted { event { id amount } }
    ... on EventDuplicate { event { id amount } differences { path } }
    ... on EventConflict { differences { path } }
    ... on EventRejected { problems { code path message } }
  }
}`);
const INGEST_EVENTS = JSON.stringify(`mutation Ingest($input: IngestEventsInput!) {
  ingestEvents(input: $input) { accepted duplicates conflicts rejected results { outcome receipt { seq } } }
}`);

const CREATE_EVENT = JSON.stringify(
  "mutation Create($input: CreateEventInput!) { createEvent(input: $input) { event { rowId amount } } }",
);
/** It has no mutation for a batch: as many as there are events in one document. */
const createEvents = (count: number): string => {
  const indices = Array.from({ length: count }, (_, index) => index);
  const variables = indices.map((index) => `$e${index}: CreateEventInput!`).join(" ");
  const mutations = indices.map((index) => `e${index}: createEvent(input: $e${index}) { event { rowId } }`).join(" ");
  return JSON.stringify(`mutation Create(${variables}) { ${mutations} }`);
};
const CREATE_ITEM = JSON.stringify(
  "mutation Create($data: create_events_input!) { create_events_item(data: $data) { id amount } }",
);

const withVariable = (query: string, name: string, json: string): string =>
  `{"query":${query},"variables":{"${name}":${json}}}`;

const fields: Readonly<Record<string, keyof Totals>> = {
  ACCEPTED: "accepted",
  DUPLICATE: "duplicates",
  CONFLICT: "conflicts",
  REJECTED: "rejected",
};

const one = (field: keyof Totals | undefined): Totals | string =>
  field === undefined ? "an unknown outcome" : { ...noTotals, [field]: 1 };

const wrong = ({ status, json }: Answer): string => `${status} ${JSON.stringify(json).slice(0, 200)}`;

const byStatus: Readonly<Record<number, keyof Totals>> = { 201: "accepted", 200: "duplicates", 400: "rejected" };

/** The sums of a batch must be those of its results. */
const readBatch = (counts: Totals, results: readonly { readonly outcome: string }[]): Totals | string => {
  const totals = { ...noTotals };
  for (const { outcome } of results) {
    const field = fields[outcome];
    if (field === undefined) return "an unknown outcome";
    totals[field] += 1;
  }
  return Object.values(fields).every((field) => counts[field] === totals[field]) ? totals : "sums that are wrong";
};

export const targets: Readonly<Record<TargetName, Target>> = {
  event: {
    bodyOf: ([event]) => withVariable(INGEST_EVENT, "input", `{"event":${event}}`),
    read: (answer) => {
      const outcome = answer.json.data?.ingestEvent?.outcome;
      return outcome === undefined ? wrong(answer) : one(fields[outcome]);
    },
  },
  events: {
    bodyOf: (events) =>
      withVariable(INGEST_EVENTS, "input", `{"events":[${events.map((event) => `{"event":${event}}`).join(",")}]}`),
    read: (answer) => {
      const { results, ...counts } = answer.json.data?.ingestEvents ?? {};
      return results === undefined ? wrong(answer) : readBatch(counts, results);
    },
  },
  reference: {
    bodyOf: ([event]) => event ?? "",
    read: (answer) => {
      const field = byStatus[answer.status];
      return field === undefined ? wrong(answer) : one(field);
    },
  },
  noop: {
    bodyOf: () => '{"query":"mutation Noop { noop }"}',
    read: (answer) => (answer.json.data?.noop === true ? one("accepted") : wrong(answer)),
  },
  postgraphile: {
    bodyOf: ([event]) => withVariable(CREATE_EVENT, "input", `{"event":${event}}`),
    read: (answer) => (answer.json.data?.createEvent?.event ? one("accepted") : wrong(answer)),
  },
  postgraphiles: {
    bodyOf: (events) => {
      const variables = events.map((event, index) => `"e${index}":{"event":${event}}`);
      return `{"query":${createEvents(events.length)},"variables":{${variables.join(",")}}}`;
    },
    read: (answer) => {
      const results: readonly unknown[] = Object.values(answer.json.data ?? {});
      const isComplete = answer.json.errors === undefined && results.length > 0 && results.every(Boolean);
      return isComplete ? { ...noTotals, accepted: results.length } : wrong(answer);
    },
  },
  directus: {
    bodyOf: ([event]) => withVariable(CREATE_ITEM, "data", event ?? ""),
    read: (answer) => (answer.json.data?.create_events_item?.id ? one("accepted") : wrong(answer)),
  },
};
