// What a queue must offer for events to be taken from it, and which queues there are. A new kind is one file with a
// `prepareQueue`, and its scheme in the table below.
import { AddressError, parseAddress, type QueueAddress } from "./address.ts";

/**
 * One delivery of a message. It stays with this server, however long that takes, until it is acknowledged or released:
 * where the queue sets a time for that, the source asks for more.
 */
export interface Message {
  /** The raw event as JSON text in UTF-8, if its sender did what it should. */
  readonly body: Uint8Array;
  /** Every value that the message has for the header Idempotency-Key. */
  readonly idempotencyKeys: readonly string[];
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  /** When the queue took it, in milliseconds since 1970. */
  readonly publishedAtMs: number;
  /** It is dealt with: the queue need not deliver it again. Not waited for: where it gets lost, the queue does. */
  acknowledge(): void;
  /** Gives it back, to be delivered again after the delay, here or elsewhere. */
  release(delayMs: number): void;
}

/** A connection to a queue. It serves one caller. */
export interface Source {
  /**
   * Resolves to what has come, as soon as there is something; to nothing when the signal that the source was opened with
   * aborts. @throws Error where the queue is lost: close the source and open another.
   */
  fetch(maxMessages: number): Promise<readonly Message[]>;
  /** How many messages the queue holds for us besides those already sent, as far as it has said. */
  waiting(): number;
  /** Releases what was not settled, at once, and disconnects. */
  close(): Promise<void>;
}

export interface Queue {
  /** For the log: without user and password. */
  readonly name: string;
  /**
   * Connects, and makes what is missing in the queue. Once the signal aborts the source fetches nothing more, and
   * releases what it had not handed out. @throws Error where the queue cannot be used now.
   */
  open(signal: AbortSignal): Promise<Source>;
}

/** Checks what an address says, without connecting. @throws AddressError. */
export type PrepareQueue = (address: QueueAddress) => Queue;

// Loaded when asked for: who takes nothing from a queue need not wait for its client.
const kinds: Readonly<Record<string, () => Promise<{ readonly prepareQueue: PrepareQueue }>>> = {
  nats: () => import("./nats.ts"),
  tls: () => import("./nats.ts"),
};

/** The queue that a URL names. Nothing is connected yet. @throws AddressError where it names none. */
export const findQueue = async (url: string): Promise<Queue> => {
  const address = parseAddress(url);
  const load = Object.hasOwn(kinds, address.scheme) ? kinds[address.scheme] : undefined;
  if (load === undefined)
    throw new AddressError(
      `The queue's address cannot be used: it begins with ${address.scheme}://, and not with ${Object.keys(kinds).join(":// or ")}://.`,
    );
  const { prepareQueue } = await load();
  return prepareQueue(address);
};
