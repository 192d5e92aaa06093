// A server that someone might take instead, installed and started by the benchmark.

export interface Peer {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** What has to be sent as authorization. */
  readonly token: string | null;
  /** How durable it says that it is. */
  readonly durability: string;
  /** Rows in its table. */
  stored(): Promise<number> | number;
  stop(): Promise<void>;
}
