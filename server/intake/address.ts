// Where a queue is: what its URL says, for all kinds of queues alike. What is wrong with a URL is said without repeating
// it, since it may hold a password.

/** A URL taken apart: scheme://user:password@host:port,host:port?name=value. */
export interface QueueAddress {
  /** In small letters. */
  readonly scheme: string;
  /** host or host:port, at least one. */
  readonly hosts: readonly string[];
  readonly user: string | null;
  /** Null where there is a user alone, which some queues take for a token. */
  readonly password: string | null;
  readonly parameters: ReadonlyMap<string, string>;
}

/** A queue's URL that cannot be used: its message is one line for the operator, without secrets. */
export class AddressError extends Error {}

const shape = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/i;
const host = /^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/** Takes a queue's URL apart. @throws AddressError where it is none. */
export const parseAddress = (url: string): QueueAddress => {
  const [, scheme = "", credentials, hostList = "", query = ""] = shape.exec(url) ?? [];
  const hosts = hostList.split(",");
  if (!hosts.every((name) => host.test(name)))
    throw new AddressError("The queue's address cannot be used: it is no URL such as nats://localhost:4222.");
  return {
    scheme: scheme.toLowerCase(),
    hosts,
    ...parseCredentials(credentials),
    parameters: new Map(new URLSearchParams(query)),
  };
};

const parseCredentials = (credentials: string | undefined): Pick<QueueAddress, "user" | "password"> => {
  if (credentials === undefined) return { user: null, password: null };
  const colon = credentials.indexOf(":");
  try {
    if (colon === -1) return { user: decodeURIComponent(credentials), password: null };
    return {
      user: decodeURIComponent(credentials.slice(0, colon)),
      password: decodeURIComponent(credentials.slice(colon + 1)),
    };
  } catch {
    throw new AddressError("The queue's address cannot be used: write % as %25 in its user and password.");
  }
};

/**
 * The parameters of an address, or their defaults.
 * @throws AddressError where there is a parameter without a default, or a value that the pattern does not admit.
 */
export const readParameters = <Name extends string>(
  { scheme, parameters }: QueueAddress,
  known: Readonly<Record<Name, readonly [fallback: string, pattern: RegExp]>>,
): Readonly<Record<Name, string>> => {
  for (const name of parameters.keys())
    if (!Object.hasOwn(known, name))
      throw new AddressError(
        `The queue's address cannot be used: ${scheme} has no parameter ${JSON.stringify(name)}, only ${Object.keys(known).join(", ")}.`,
      );
  const values = Object.entries<readonly [string, RegExp]>(known).map(([name, [fallback, pattern]]) => {
    const value = parameters.get(name) ?? fallback;
    if (pattern.test(value)) return [name, value];
    throw new AddressError(
      `The queue's address cannot be used: ${name}=${JSON.stringify(value)} is not the name of a ${name}.`,
    );
  });
  return Object.fromEntries(values) as Record<Name, string>;
};
