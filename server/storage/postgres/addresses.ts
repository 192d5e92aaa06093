// The addresses of one database. A URL may name several, as for libpq: postgres://user@first:5432,second:5432/name.
// The one that last worked is used until it fails; then the next has its turn.

export interface Addresses {
  /** The URL to connect to now. */
  current(): string;
  /** This one does not serve. */
  fail(url: string): void;
}

const shape = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^@/?#]*)(.*)$/s;

/** @throws Error where the text is not the URL of a PostgreSQL database. */
export const createAddresses = (url: string): Addresses => {
  const [, scheme, hosts, rest] = shape.exec(url) ?? [];
  // Its text may hold a password, so it is not repeated.
  if (hosts === undefined) throw new Error("The URL of the database must read postgres://user@host:5432/name.");
  const urls = hosts.split(",").map((host) => `${scheme}${host}${rest}`);
  let index = 0;
  const current = (): string => urls[index % urls.length] ?? url;
  return {
    current,
    // Many connections may notice at once; only the first may move on.
    fail: (failed) => {
      if (failed === current()) index += 1;
    },
  };
};
