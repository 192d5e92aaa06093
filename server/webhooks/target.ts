// Where webhooks may go: what a URL must look like, and whether the address behind it is acceptable.
import { isIP } from "node:net";
import { AppError } from "../domain/error.ts";
import { isPublicAddress } from "./address.ts";

/** `https`: only public addresses, by https. `any`: also http, and addresses of this machine and its network. */
export type WebhookReach = "https" | "any";

const MAX_URL_LENGTH = 2_048;
const HTTPS_PORT = 443;
const LAST_SYSTEM_PORT = 1_023;

/** The host as sockets take it: an IPv6 address without its brackets. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/** Whether a connection to this address is allowed. */
export const isReachable = (address: string, reach: WebhookReach): boolean =>
  reach === "any" || isPublicAddress(address);

/** The URL as it will be called. @throws AppError BAD_USER_INPUT where webhooks cannot go there. */
export const readTarget = (text: string, reach: WebhookReach): string => {
  if (text.length > MAX_URL_LENGTH) throw refusal(`is longer than ${MAX_URL_LENGTH} characters`);
  // The parser would drop them, and whoever reads the URL would see another.
  if (/[\s\p{Cc}]/u.test(text)) throw refusal("holds white space or control characters");
  const url = URL.parse(text);
  if (url === null) throw refusal("is none");
  const fault = faultOf(url, reach);
  if (fault !== null) throw refusal(fault);
  return url.href;
};

const faultOf = ({ protocol, username, password, hostname, hash, port }: URL, reach: WebhookReach): string | null => {
  if (protocol !== "https:" && !(reach === "any" && protocol === "http:"))
    return reach === "any"
      ? "must begin with https:// or http://"
      : "must begin with https:// (WEBHOOKS=any allows more)";
  if (username !== "" || password !== "") return "holds a user or a password";
  if (hash !== "") return "has a fragment, which is never sent";
  if (reach === "any") return null;
  const isSystemPort = port !== "" && Number(port) <= LAST_SYSTEM_PORT && Number(port) !== HTTPS_PORT;
  if (isSystemPort) return `has the port ${port}: only 443 and those above ${LAST_SYSTEM_PORT} are possible`;
  const host = bareHost(hostname);
  if (isIP(host) !== 0 && !isReachable(host, reach))
    return `leads to ${host}, which is no public address (WEBHOOKS=any allows it)`;
  return null;
};

const refusal = (reason: string): AppError => new AppError("BAD_USER_INPUT", `The URL of the endpoint ${reason}.`);
