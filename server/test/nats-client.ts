// What producers and operators do with a queue of NATS, for tests.
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";

export const connectNats = async (url: string) => {
  const { host, username: user, password } = new URL(url);
  const credentials = user === "" ? {} : { user, pass: decodeURIComponent(password) };
  const connection = await connect({ servers: host, ...credentials });
  const stream = jetstream(connection);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return {
    ...manager,
    /** Resolves when the queue has it on disk. */
    publish: async (body: string | Uint8Array, ...keys: readonly string[]): Promise<void> => {
      const fields = headers();
      for (const key of keys) fields.append("Idempotency-Key", key);
      await stream.publish("surecount.events", body, { headers: fields });
    },
    /** How many messages were delivered and not acknowledged, and how many were not even delivered. */
    left: async (): Promise<{ readonly unacknowledged: number; readonly waiting: number }> => {
      const info = await manager.consumers.info("SURECOUNT", "surecount");
      return { unacknowledged: info.num_ack_pending, waiting: info.num_pending };
    },
    close: () => connection.close(),
  };
};

export type NatsClient = Awaited<ReturnType<typeof connectNats>>;
