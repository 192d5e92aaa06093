// What stands between clients and servers in a data centre, for those who break it: a balancer that gives each
// connection to the next server in turn and passes over those that are down. With one server it is a wire to cut. What
// it loses may be a request before it arrives, or an answer that has left the server already.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

export interface Balancer {
  readonly port: number;
  /** From now on new connections go to these ports; those that there are stay. */
  direct(ports: readonly number[]): void;
  /** Breaks every connection, as a cable that is pulled and put back. */
  cut(): void;
  /** From now on nothing passes, also on new connections, and nobody is told. */
  stall(): void;
  /** What was stalled flows on. */
  resume(): void;
  /** The connections that there are pass nothing any more, and nobody is told, as when a machine vanishes. */
  strand(): void;
  close(): Promise<void>;
}

interface BalancerOptions {
  /** Asked for each piece that comes, from either side: whether it gets lost, and the connection with it. */
  readonly isLost?: (piece: Buffer) => boolean;
}

/** Listens on a free port of 127.0.0.1 for connections to servers on these ports. */
export const createBalancer = async (
  servers: readonly number[],
  { isLost = () => false }: BalancerOptions = {},
): Promise<Balancer> => {
  let ports = servers;
  let turn = 0;
  let isStalled = false;
  const sockets = new Set<Socket>();
  const stranded = new Set<Socket>();

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // Whoever breaks a connection closes it as well, and that is passed on.
    return socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  };
  const forward = (from: Socket, to: Socket): void => {
    from.on("data", (chunk: Buffer) => {
      if (isLost(chunk)) {
        from.resetAndDestroy();
        to.resetAndDestroy();
      } else if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => {
      if (!isStalled) from.resume();
    });
    from.once("end", () => to.end());
    from.once("close", (isBroken) => (isBroken ? to.resetAndDestroy() : to.end()));
    if (!isStalled) from.resume();
  };
  const join = async (client: Socket): Promise<void> => {
    const server = await connectToFirst(inTurn(ports, turn++));
    if (server === null || client.destroyed) {
      server?.destroy();
      client.resetAndDestroy();
      return;
    }
    keep(server);
    forward(client, server);
    forward(server, client);
  };

  const listener = createServer({ pauseOnConnect: true }, (client) => join(keep(client)));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    direct: (others) => {
      ports = others;
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stall: () => {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      isStalled = false;
      for (const socket of sockets) if (isForwarded(socket)) socket.resume();
    },
    strand: () => {
      for (const socket of sockets)
        socket
          .pause()
          .removeAllListeners()
          .on("error", () => undefined);
      for (const socket of sockets) stranded.add(socket);
      sockets.clear();
    },
    close: async () => {
      for (const socket of [...sockets, ...stranded]) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
};

/** What another would say before its server is found would be lost. */
const isForwarded = (socket: Socket): boolean => socket.listenerCount("data") > 0;

const inTurn = <T>(all: readonly T[], turn: number): readonly T[] => {
  const first = turn % Math.max(all.length, 1);
  return [...all.slice(first), ...all.slice(0, first)];
};

/** A connection to the first that takes one; null where none does. */
const connectToFirst = async (ports: readonly number[]): Promise<Socket | null> => {
  for (const port of ports) {
    const server = connect(port, "127.0.0.1");
    const isOpen = await once(server, "connect").then(
      () => true,
      () => false,
    );
    if (isOpen) return server;
  }
  return null;
};
