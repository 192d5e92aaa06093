// Pages of other sites must not use a visitor's browser to write here or to listen in. Browsers say where a request
// comes from; programs that are no browsers say nothing and are let through.
import type { IncomingMessage } from "node:http";

/** True for a request that a page of another site made, except for reading by GET, which its page cannot see. */
export const isForeignSite = ({ method, headers }: IncomingMessage): boolean => {
  const isUpgrade = headers.upgrade !== undefined;
  if (!isUpgrade && (method === "GET" || method === "HEAD" || method === "OPTIONS")) return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const { origin, host } = headers;
  return origin !== undefined && hostOf(origin) !== host;
};

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);
