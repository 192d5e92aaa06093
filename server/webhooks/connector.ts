// Opens the connections of webhooks. What is checked is what is connected to: the addresses that a name resolves to are
// checked where the socket gets them, so nobody can answer otherwise in between; and an address that stands in the URL
// itself, which no resolver ever sees, before that.
import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { bareHost, isReachable, type WebhookReach } from "./target.ts";

export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

interface ConnectorDeps {
  readonly reach: WebhookReach;
  readonly timeoutMs: number;
  /** Resolves names. */
  readonly lookup?: Lookup;
}

/** An address that webhooks must not go to. Its message may be shown. */
export class AddressRefused extends Error {}

const refusal = (host: string, address: string): AddressRefused =>
  new AddressRefused(
    host === address
      ? `${address} is no public address.`
      : `${host} resolves to ${address}, which is no public address.`,
  );

export const createConnector = ({
  reach,
  timeoutMs,
  lookup = systemLookup,
}: ConnectorDeps): buildConnector.connector => {
  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const refused = addresses.find(({ address }) => !isReachable(address, reach));
      if (refused !== undefined) return callback(refusal(hostname, refused.address), "", 0);
      const [first] = addresses;
      if (first === undefined) return callback(new Error(`${hostname} has no address.`), "", 0);
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false, lookup: checkedLookup });
  return (options, callback) => {
    const host = bareHost(options.hostname);
    if (isIP(host) !== 0 && !isReachable(host, reach)) return callback(refusal(host, host), null);
    return connect(options, callback);
  };
};
