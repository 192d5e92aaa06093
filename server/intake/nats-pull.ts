// Pulls messages from a JetStream consumer, one request after the other, a little ahead of what is asked for. The
// client's own iterator is not used: it bounds what is under way by number or by size, not by both, and what it has
// fetched cannot be kept from being delivered again, nor be released at once.
import { createInbox, type Msg, type NatsConnection, nanos } from "@nats-io/transport-node";
import type { Message, Source } from "./source.ts";

const MAX_REQUESTED = 500;
const MAX_REQUESTED_BYTES = 8_388_608;
const REQUEST_LIMIT_MS = 5_000;
/** An answer that is not there this long after the request has ended will not come. */
const GRACE_MS = 5_000;
/** What comes one by one is worth a short wait: the more are committed together, the less each of them costs. */
const LINGER_MS = 5;
const MAX_KEEP_ALIVE_MS = 10_000;
const CLOSE_LIMIT_MS = 1_000;

const ACKNOWLEDGED = "+ACK";
const IN_PROGRESS = "+WPI";
const releasedFor = (delayMs: number): string => (delayMs > 0 ? `-NAK {"delay":${nanos(delayMs)}}` : "-NAK");

interface PullDeps {
  readonly connection: NatsConnection;
  readonly stream: string;
  readonly consumer: string;
  /** After which an unsettled message is delivered again, unless it is said to be in progress. */
  readonly ackWaitMs: number;
  readonly signal: AbortSignal;
}

export const createPull = ({ connection, stream, consumer, ackWaitMs, signal }: PullDeps): Source => {
  const inbox = createInbox();
  const unsettled = new Set<Msg>();
  const ahead: Msg[] = [];
  let request = { number: 0, left: 0, received: 0, isBounded: true };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting = 0;
  let fault: Error | null = null;
  let drained: Promise<void> | null = null;
  let woken = Promise.withResolvers<void>();

  const wake = (): void => {
    woken.resolve();
    woken = Promise.withResolvers();
  };
  const fail = (error: Error): void => {
    fault ??= error;
    clearTimeout(timer);
    wake();
  };

  const settle = (message: Msg, answer: string): void => {
    if (unsettled.delete(message)) message.respond(answer);
  };
  const releaseAhead = (): void => {
    for (const message of ahead.splice(0)) settle(message, releasedFor(0));
  };

  const ask = (): void => {
    if (fault !== null || drained !== null || request.left > 0 || ahead.length >= MAX_REQUESTED) return;
    // A message over the bound would never come.
    const isBounded = request.isBounded;
    const batch = isBounded ? MAX_REQUESTED : 1;
    request = { number: request.number + 1, left: batch, received: 0, isBounded: true };
    const wanted = {
      batch,
      expires: nanos(REQUEST_LIMIT_MS),
      ...(isBounded ? { max_bytes: MAX_REQUESTED_BYTES } : {}),
    };
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(wanted), {
      reply: `${inbox}.${request.number}`,
    });
    clearTimeout(timer);
    timer = setTimeout(() => fail(new Error("JetStream does not answer.")), REQUEST_LIMIT_MS + GRACE_MS);
  };

  const receive = (message: Msg): void => {
    unsettled.add(message);
    waiting = deliveryOf(message).waiting;
    request.received++;
    request.left--;
    ahead.push(message);
    if (drained !== null) releaseAhead();
    wake();
    ask();
  };

  const endRequest = ({ subject, headers }: Msg): void => {
    if (subject !== `${inbox}.${request.number}`) return;
    const { code = 0, description = "" } = headers ?? {};
    const isFull = code === 409 && /exceeds maxbytes/i.test(description);
    const isOver = code === 404 || code === 408;
    if (!isFull && !isOver) fail(new Error(reasonOf(code, description)));
    if (isOver) waiting = 0;
    if (isFull && request.received === 0) request.isBounded = false;
    request.left = 0;
    ask();
  };

  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) fail(error);
      else if (message.subject.startsWith(inbox)) endRequest(message);
      else receive(message);
    },
  });
  const keepingAlive = setInterval(
    () => {
      for (const message of unsettled) message.respond(IN_PROGRESS);
    },
    Math.min(MAX_KEEP_ALIVE_MS, ackWaitMs / 3),
  );
  // Without interest in its answers the request is over for the server: else it would deliver what is released to the
  // same request again, and again. What is on its way still arrives, and is released too.
  const stop = (): void => {
    if (drained !== null) return;
    drained = subscription.drain();
    drained.catch(() => undefined);
    clearTimeout(timer);
    releaseAhead();
    wake();
  };
  signal.addEventListener("abort", stop);
  connection.closed().then((error) => fail(error instanceof Error ? error : new Error("The connection is lost.")));
  if (signal.aborted) stop();
  ask();

  const fetch = async (maxMessages: number): Promise<readonly Message[]> => {
    while (fault === null && ahead.length === 0 && drained === null) await woken.promise;
    if (fault === null && ahead.length < maxMessages) await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
    if (fault !== null) throw fault;
    const messages = ahead.splice(0, maxMessages);
    ask();
    return messages.map((message) => toMessage(message, settle));
  };

  const close = async (): Promise<void> => {
    signal.removeEventListener("abort", stop);
    clearInterval(keepingAlive);
    stop();
    for (const message of unsettled) settle(message, releasedFor(0));
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, CLOSE_LIMIT_MS);
    const flushed = drained?.then(() => connection.flush());
    await Promise.race([flushed, tooLate]).catch(() => undefined);
    clearTimeout(limit);
    await connection.close();
  };

  return { fetch, waiting: () => waiting, close };
};

const toMessage = (message: Msg, settle: (message: Msg, answer: string) => void): Message => {
  const { deliveries, publishedAtMs } = deliveryOf(message);
  return {
    body: message.data,
    idempotencyKeys: idempotencyKeysOf(message),
    deliveries,
    publishedAtMs,
    acknowledge: () => settle(message, ACKNOWLEDGED),
    release: (delayMs) => settle(message, releasedFor(delayMs)),
  };
};

const idempotencyKeysOf = (message: Msg): readonly string[] => {
  try {
    const { headers } = message;
    return headers === undefined
      ? []
      : headers.keys().flatMap((name) => (isKeyHeader(name) ? headers.values(name) : []));
  } catch {
    // Headers that cannot be read may well hold one: its event must not be counted without it.
    return ["\ufffd"];
  }
};

const isKeyHeader = (name: string): boolean => name.toLowerCase() === "idempotency-key";

/**
 * What the subject for the acknowledgement says: $JS.ACK.[DOMAIN.ACCOUNT.]STREAM.CONSUMER.DELIVERIES.SEQ.SEQ.NANOS.WAITING,
 * with a random token at the end where there is a domain.
 */
const deliveryOf = ({ reply = "" }: Msg) => {
  const tokens = reply.split(".");
  const [deliveries, , , publishedAtNs, waiting] = tokens.slice(tokens.length === 9 ? 4 : 6).map(Number);
  return { deliveries: deliveries ?? 1, publishedAtMs: (publishedAtNs ?? 0) / 1_000_000, waiting: waiting ?? 0 };
};

const reasonOf = (code: number, reason: string): string =>
  code === 503 ? "JetStream is not there." : `JetStream refuses to deliver: ${reason || code}.`;
