// Where a request carries its token: programs in the header Authorization, the dashboard in a cookie that no script can
// read and that no page of another site makes the browser send.
import type { IncomingMessage } from "node:http";

type Headers = Pick<IncomingMessage, "headers">["headers"];

const COOKIE = "surecount_token";

/** The token of the request; null where it has none. The header counts where there are both. */
export const tokenOf = ({ authorization, cookie }: Headers): string | null => {
  if (authorization !== undefined) return bearerOf(authorization);
  if (cookie === undefined) return null;
  return cookieShape.exec(cookie)?.[1] ?? null;
};

/** Takes the token away from a request that is kept for as long as its socket, once it is known who sent it. */
export const forgetToken = (request: IncomingMessage): void => {
  delete request.headers.authorization;
  delete request.headers.cookie;
  request.rawHeaders.length = 0;
};

const cookieShape = new RegExp(`(?:^|;)\\s*${COOKIE}=([^;\\s]+)`);

/** The token of `Bearer …`; what is of no such kind can be no token either. */
export const bearerOf = (authorization: string): string => /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";

interface CookieOptions {
  /** Whether the browser may send it through TLS alone. */
  readonly isSecure: boolean;
}

/** Ends with the browser, and is sent to pages and sockets of this server alone. */
export const cookieFor = (token: string, { isSecure }: CookieOptions): string =>
  `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;

export const noCookie = `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
