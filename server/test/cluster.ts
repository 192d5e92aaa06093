// Servers on one database behind a balancer, each a process of its own that a test may kill and start again.
import { freePort } from "../bench/program.ts";
import { type Balancer, createBalancer } from "../drill/balancer.ts";
import { type ServerProcess, startProcess } from "./process.ts";

export interface ClusterServer {
  readonly url: string;
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

export interface Cluster {
  /** Where the balancer listens. */
  readonly url: string;
  readonly balancer: Balancer;
  readonly servers: readonly ClusterServer[];
  /** Asks all of them to end, and gives their exit codes. */
  stop(): Promise<readonly (number | null)[]>;
}

const REQUEST_LIMIT_MS = 30_000;

/** Starts the servers, all at once as a deployment would, and waits until each can commit. */
export const startCluster = async (count: number, settings: Record<string, string>): Promise<Cluster> => {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const servers = await Promise.all(ports.map((port) => startServer({ ...settings, PORT: port })));
  const balancer = await createBalancer(ports.map(Number));
  return {
    ...{ url: `http://127.0.0.1:${balancer.port}`, balancer, servers },
    stop: async () => {
      const exitCodes = await Promise.all(servers.map((server) => server.stop()));
      await balancer.close();
      return exitCodes;
    },
  };
};

const startServer = async (settings: Record<string, string>): Promise<ClusterServer & Pick<ServerProcess, "stop">> => {
  let server = await startProcess(settings);
  return {
    url: server.url,
    kill: () => server.kill(),
    start: async () => {
      server = await startProcess(settings);
    },
    stop: () => server.stop(),
  };
};

/** The data of an operation. @throws Error where none came. */
export const ask = async <T>(url: string, query: string, variables: object = {}): Promise<T> => {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  const { data, errors } = (await response.json()) as { data?: T | null; errors?: unknown };
  if (data == null || errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
};
