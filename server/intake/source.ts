// What a queue must offer for events to be taken from it. A new kind is one file with a `prepareQueue`, and its scheme
// in queues.ts.
import type { QueueAddress } from "./address.ts";

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
