// GraphQL over HTTP as an unreliable client speaks it: requests, broken requests, and requests that are cut off before
// they are answered. Nothing is retried here.
import { z } from "zod";
import type { Delivery, Item } from "./delivery.ts";
import { type Answer, receiptProof } from "./ledger.ts";

const REQUEST_TIMEOUT_MS = 30_000;

export type Reply =
  | { readonly kind: "answered"; readonly answers: readonly Answer[] }
  | {
      readonly kind: "error";
      readonly code: string;
      readonly isRetryable: boolean;
      readonly retryAfterMs: number;
      readonly message: string;
      readonly outcomes: readonly string[];
    }
  | { readonly kind: "lost"; readonly mayHaveArrived: boolean; readonly isAnswered: boolean; readonly reason: string };

export interface Api {
  send(delivery: Delivery): Promise<Reply>;
  /** The data of a query. @throws Error where there is none. */
  ask(query: string, variables?: object): Promise<unknown>;
}

const RESULT = `fragment Result on IngestResult {
  outcome receipt { seq fingerprint }
  ... on EventAccepted { event { seq } }
  ... on EventDuplicate { event { seq } }
  ... on EventConflict { existing { seq } failure { id } }
  ... on EventRejected { failure { id } problems { code } }
}`;
const INGEST_EVENT = `mutation DemoEvent($input: IngestEventInput!) { ingestEvent(input: $input) { ...Result } } ${RESULT}`;
const INGEST_EVENTS = `mutation DemoEvents($input: IngestEventsInput!) { ingestEvents(input: $input) { results { ...Result } } } ${RESULT}`;

const result = z.object({
  outcome: z.enum(["ACCEPTED", "DUPLICATE", "CONFLICT", "REJECTED"]),
  receipt: z.object({ seq: z.number(), fingerprint: z.string().nullable() }),
  event: z.object({ seq: z.number() }).optional(),
  existing: z.object({ seq: z.number() }).optional(),
  failure: z.object({ id: z.string() }).optional(),
  problems: z.array(z.object({ code: z.string() })).optional(),
});
const ingested = z.union([
  z.object({ ingestEvent: result }).transform(({ ingestEvent }) => [ingestEvent]),
  z
    .object({ ingestEvents: z.object({ results: z.array(result) }) })
    .transform(({ ingestEvents }) => ingestEvents.results),
]);
const graphqlError = z.object({
  message: z.string(),
  extensions: z.object({
    code: z.string(),
    retryable: z.boolean().default(false),
    retryAfterMs: z.number().default(0),
    results: z.array(z.object({ outcome: z.string() })).default([]),
  }),
});
const response = z.object({ data: z.unknown().optional(), errors: z.array(graphqlError).optional() });

interface Credentials {
  /** Null where the server asks for none. */
  readonly token: string | null;
}

export const createApi = (endpoint: string, { token }: Credentials = { token: null }): Api => {
  const headers = {
    ...{ "content-type": "application/json", accept: "application/graphql-response+json" },
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const post = async (body: BodyInit, signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)) => {
    // A body that is a stream is sent while it is read, which needs `duplex`.
    const answer = await fetch(endpoint, { method: "POST", headers, body, signal, duplex: "half" } as RequestInit);
    return response.parse(await answer.json());
  };

  const send = async (delivery: Delivery): Promise<Reply> => {
    try {
      return toReply(await (delivery.end === "CUT_OFF" ? postAndCut(post, bodyOf(delivery)) : post(bodyOf(delivery))));
    } catch (error) {
      return toLost(error);
    }
  };

  const ask = async (query: string, variables: object = {}): Promise<unknown> => {
    const { data, errors } = await post(JSON.stringify({ query, variables }));
    if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join(" "));
    return data;
  };

  return { send, ask };
};

/** Hangs up as soon as the last byte has been handed over, so that the server reads it and its answer finds nobody. */
const postAndCut = <Answered>(
  post: (body: BodyInit, signal: AbortSignal) => Promise<Answered>,
  body: string,
): Promise<Answered> => {
  const aborter = new AbortController();
  const hangUp = (): void => {
    setImmediate(() => aborter.abort());
  };
  const bytes = new TextEncoder().encode(body);
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(bytes),
      pull: (controller) => {
        controller.close();
        hangUp();
      },
    },
    { highWaterMark: 0 },
  );
  return post(stream, aborter.signal);
};

const bodyOf = ({ items, mode, end }: Delivery): string => {
  const inputs = items.map((item) => ({ ...inputOf(item), ...(isFault(end) ? { simulateFailure: end } : {}) }));
  const request =
    mode === "SINGLE"
      ? { query: INGEST_EVENT, variables: { input: inputs[0] } }
      : { query: INGEST_EVENTS, variables: { input: { events: inputs, atomic: mode === "ATOMIC" } } };
  const text = JSON.stringify(request);
  return end === "BROKEN" ? text.slice(0, -3) : text;
};

const isFault = (end: Delivery["end"]): boolean =>
  end === "BEFORE_TRANSACTION" || end === "DURING_TRANSACTION" || end === "AFTER_COMMIT";

const inputOf = ({ event, key }: Item) => ({ event, ...(key === null ? {} : { idempotencyKey: key }) });

const toReply = ({ data, errors }: z.infer<typeof response>): Reply => {
  const [error] = errors ?? [];
  if (error === undefined) return { kind: "answered", answers: ingested.parse(data).map(toAnswer) };
  const { code, retryable, retryAfterMs, results } = error.extensions;
  return {
    kind: "error",
    code,
    isRetryable: retryable,
    retryAfterMs,
    message: error.message,
    outcomes: results.map(({ outcome }) => outcome),
  };
};

const toAnswer = ({ outcome, receipt, event, existing, failure, problems = [] }: z.infer<typeof result>): Answer => ({
  outcome,
  proof: failure === undefined ? receiptProof(receipt) : `failure ${failure.id}`,
  event: event?.seq ?? existing?.seq ?? null,
  problems: problems.map(({ code }) => code).sort(),
});

/** Nobody listens, the connection broke, or the answer is none of Surecount's. */
const toLost = (error: unknown): Reply => {
  const code = codeOf(error);
  const isAnswered = error instanceof SyntaxError || error instanceof z.ZodError;
  const reason = isAnswered ? "it does not answer as Surecount does" : String(code ?? error);
  return { kind: "lost", mayHaveArrived: code !== "ECONNREFUSED", isAnswered, reason };
};

/** The system's name for what went wrong on the way, where there is one. */
const codeOf = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
};
