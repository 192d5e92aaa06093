// NATS JetStream as a queue: one durable pull consumer, which all servers of the same name share, with explicit
// acknowledgement and no limit of deliveries. Any fault ends the source; who uses it opens another.
import {
  AckPolicy,
  type ConsumerConfig,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { type ConnectionOptions, connect, millis, nanos } from "@nats-io/transport-node";
import { type QueueAddress, readParameters } from "./address.ts";
import { createPull } from "./nats-pull.ts";
import type { PrepareQueue, Source } from "./source.ts";

const CONNECT_LIMIT_MS = 2_000;
const REQUEST_LIMIT_MS = 5_000;
/** A connection that answers none of two is lost. */
const PING_INTERVAL_MS = 10_000;
const ACK_WAIT_MS = 30_000;
/** Messages out for acknowledgement at all servers together: twenty with 1,000 each. */
const MAX_ACK_PENDING = 20_000;

const name = /^[^\s.*>/\\]+$/;
const known = {
  stream: ["SURECOUNT", name],
  subject: ["surecount.events", /^[^\s.]+(\.[^\s.]+)*$/],
  consumer: ["surecount", name],
} as const;

type Names = Readonly<Record<keyof typeof known, string>>;

/** nats://[user:password@|token@]host:4222[,host:4222][?stream=...&subject=...&consumer=...], or tls:// */
export const prepareQueue: PrepareQueue = (address) => {
  const names = readParameters(address, known);
  const { scheme, hosts } = address;
  const { stream, subject, consumer } = names;
  return {
    name: `${scheme}://${hosts.join(",")} stream ${stream}, subject ${subject}, consumer ${consumer}`,
    open: (signal) => open(address, names, signal),
  };
};

const open = async (address: QueueAddress, names: Names, signal: AbortSignal): Promise<Source> => {
  const connection = await connect(optionsOf(address));
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_LIMIT_MS });
    await ensureStream(manager, names);
    const { ack_wait: ackWait = nanos(ACK_WAIT_MS) } = await ensureConsumer(manager, names);
    return createPull({ connection, ...names, ackWaitMs: millis(ackWait), signal });
  } catch (error) {
    await connection.close();
    throw error;
  }
};

const optionsOf = ({ scheme, hosts, user, password }: QueueAddress): ConnectionOptions => ({
  servers: [...hosts],
  ...(user === null ? {} : password === null ? { token: user } : { user, pass: password }),
  ...(scheme === "tls" ? { tls: {} } : {}),
  name: "surecount",
  timeout: CONNECT_LIMIT_MS,
  pingInterval: PING_INTERVAL_MS,
  reconnect: false,
});

/** A queue that we make forgets what was acknowledged: else it would grow for ever. */
const ensureStream = async ({ streams }: JetStreamManager, { stream, subject }: Names): Promise<void> => {
  const found = await orNull(streams.info(stream), JetStreamApiCodes.StreamNotFound);
  if (found !== null) return;
  await streams.add({
    name: stream,
    subjects: [subject],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
  });
};

const ensureConsumer = async (
  { consumers }: JetStreamManager,
  { stream, subject, consumer }: Names,
): Promise<ConsumerConfig> => {
  const found = await orNull(consumers.info(stream, consumer), JetStreamApiCodes.ConsumerNotFound);
  const wanted = {
    durable_name: consumer,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_deliver: -1,
    max_ack_pending: MAX_ACK_PENDING,
    filter_subject: subject,
  };
  const { config } = found ?? (await consumers.add(stream, wanted));
  const flaw = flawOf(config);
  if (flaw === null) return config;
  throw new Error(`The consumer ${consumer} of the stream ${stream} ${flaw}. Remove it, or name another.`);
};

/** Why a consumer that somebody else made could lose messages. */
const flawOf = ({ deliver_subject, ack_policy, max_deliver = -1 }: ConsumerConfig): string | null => {
  if (deliver_subject !== undefined) return "pushes its messages, and cannot be shared";
  if (ack_policy !== AckPolicy.Explicit) return "does not ask for each message to be acknowledged";
  return max_deliver > 0 ? `gives a message up after ${max_deliver} deliveries` : null;
};

const orNull = async <T>(asked: Promise<T>, code: number): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === code) return null;
    throw error;
  }
};
