// Pages of other sites must not use a visitor's browser to write here, to listen in or to read. Browsers say where a
// request comes from; programs that are no browsers say nothing and are let through.
import type { IncomingMessage } from "node:http";

type Request = Pick<IncomingMessage, "method" | "headers">;

/**
 * True for a request that a page of another site made, except for one that a person follows to get to a page here. What is
 * no page is not followed to: a browser would send such a request without anybody's doing, as often as that page likes.
 */
export const isForeignSite = ({ method, headers }: Request, { isPage }: { readonly isPage: boolean }): boolean => {
  const { origin, host, upgrade } = headers;
  const site = headers["sec-fetch-site"];
  const isOfOther = site !== undefined && site !== "same-origin" && site !== "none";
  const isReading = upgrade === undefined && (method === "GET" || method === "HEAD" || method === "OPTIONS");
  // Where the browser is too old to say so, its page still cannot see what it has read.
  if (isReading) return isOfOther && !(isPage && headers["sec-fetch-mode"] === "navigate");
  return isOfOther || (origin !== undefined && hostOf(origin) !== host);
};

/**
 * True where the request calls this server by a name that is not its own. A page whose name was made to lead to this
 * machine (DNS rebinding) is of the same site for its browser, but it still calls the server by that name.
 */
export const isForeignHost = ({ headers }: Request, allowedHosts: readonly string[]): boolean => {
  if (headers.host === undefined) return false;
  const name = nameOf(headers.host);
  return name === null || !(isLoopback(name) || allowedHosts.includes(name));
};

/** Where a server that listens there is found. */
export const urlOf = (host: string, port: number): string => {
  const isLocal = host === "127.0.0.1" || host === "0.0.0.0" || host === "::";
  return `http://${isLocal ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`;
};

/** True for a name or an address that leads to this machine alone. */
export const isLoopback = (name: string): boolean =>
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/.test(name);

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

const nameOf = (host: string): string | null =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
