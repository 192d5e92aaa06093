// Signatures as Standard Webhooks asks for: HMAC-SHA256 over id, time and body, with a secret that both sides have.
import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
/** The specification asks for 24 to 64. */
const SECRET_BYTES = 32;

export const createSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

export interface Message {
  readonly id: string;
  /** Of the attempt, in seconds since 1970. */
  readonly atSeconds: number;
  readonly body: string;
}

const signatureOf = (secret: string, { id, atSeconds, body }: Message): string => {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${atSeconds}.${body}`).digest("base64")}`;
};

/** The headers of an attempt. While a secret is replaced both sign, so that either is enough to check. */
export const signedHeaders = (secrets: readonly string[], message: Message): Readonly<Record<string, string>> => ({
  "webhook-id": message.id,
  "webhook-timestamp": String(message.atSeconds),
  "webhook-signature": secrets.map((secret) => signatureOf(secret, message)).join(" "),
});
