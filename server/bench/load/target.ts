// What is sent to each kind of server, and how its answers are read.
import { noTally, type Tally } from "../events.ts";

export type TargetName = "event" | "events" | "reference" | "noop";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: it comes from any server; each target reads what it needs.
  readonly json: any;
}

export interface Target {
  /** The body of a request for these events, each a JSON text. */
  readonly bodyOf: (events: readonly string[]) => string;
  /** What became of them; in words what went wrong where that is not said. */
  readonly read: (answer: Answer) => Tally | string;
}

const INGEST_EVENT = `mutation Ingest($input: IngestEventInput!) {
  ingestEvent(input: $input) {
    outcome receipt { seq at fingerprint } warnings { code path }
    ... on EventAccepted { event { id amount } }
    ... on EventDuplicate { event { id amount } differences { path } }
    ... on EventConflict { differences { path } }
    ... on EventRejected { problems { code path message } }
  }
}`;
const INGEST_EVENTS = `mutation Ingest($input: IngestEventsInput!) {
  ingestEvents(input: $input) { accepted duplicates conflicts rejected results { outcome receipt { seq } } }
}`;

const withVariables = (query: string) => {
  const start = `{"query":${JSON.stringify(query)},"variables":{"input":`;
  return (input: string): string => `${start}${input}}}`;
};
const eventBody = withVariables(INGEST_EVENT);
const eventsBody = withVariables(INGEST_EVENTS);

const fields: Readonly<Record<string, keyof Tally>> = {
  ACCEPTED: "accepted",
  DUPLICATE: "duplicates",
  CONFLICT: "conflicts",
  REJECTED: "rejected",
};

const one = (field: keyof Tally | undefined): Tally | string =>
  field === undefined ? "an unknown outcome" : { ...noTally, [field]: 1 };

const wrong = ({ status, json }: Answer): string => `${status} ${JSON.stringify(json).slice(0, 200)}`;

const byStatus: Readonly<Record<number, keyof Tally>> = { 201: "accepted", 200: "duplicates", 400: "rejected" };

/** The sums of a batch must be those of its results. */
const readBatch = (counts: Tally, results: readonly { readonly outcome: string }[]): Tally | string => {
  const tally = { ...noTally };
  for (const { outcome } of results) {
    const field = fields[outcome];
    if (field === undefined) return "an unknown outcome";
    tally[field] += 1;
  }
  return Object.values(fields).every((field) => counts[field] === tally[field]) ? tally : "sums that are wrong";
};

export const targets: Readonly<Record<TargetName, Target>> = {
  event: {
    bodyOf: ([event]) => eventBody(`{"event":${event}}`),
    read: (answer) => {
      const outcome = answer.json.data?.ingestEvent?.outcome;
      return outcome === undefined ? wrong(answer) : one(fields[outcome]);
    },
  },
  events: {
    bodyOf: (events) => eventsBody(`{"events":[${events.map((event) => `{"event":${event}}`).join(",")}]}`),
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
};
