// Which queues there are, by the scheme of their addresses.
import { AddressError, parseAddress } from "./address.ts";
import type { PrepareQueue, Queue } from "./source.ts";

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
