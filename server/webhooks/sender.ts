// Sends one delivery once. Never follows a redirect, uses no proxy, waits for fifteen seconds in all, and reads no more of
// the answer than a person will want to see. Whatever happens is an answer: it never throws, but where it is aborted.
import { performance } from "node:perf_hooks";
import { Agent, request } from "undici";
import type { Micros } from "../domain/calendar.ts";
import { defaultProfile } from "../domain/profile.ts";
import { microsOf, readTimestamp } from "../domain/timestamp.ts";
import type { Answer } from "../domain/webhook.ts";
import { AddressRefused, createConnector, type Lookup } from "./connector.ts";
import { readTarget, type WebhookReach } from "./target.ts";

const TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** What is read of a body at most; of what is kept, head and all. */
const MAX_BODY_BYTES = 16_384;
const MAX_KEPT_LENGTH = 8_192;
const MAX_HEAD_BYTES = 16_384;
const KEEP_ALIVE_MS = 4_000;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Sender {
  /** @throws the reason of the signal where that fires. */
  send(post: Post, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

interface SenderDeps {
  readonly reach: WebhookReach;
  /** The clock, in microseconds since 1970. */
  readonly now: () => Micros;
  readonly timeoutMs?: number;
  readonly lookup?: Lookup;
}

export const createSender = ({ reach, now, timeoutMs = TIMEOUT_MS, lookup }: SenderDeps): Sender => {
  const agent = new Agent({
    connect: createConnector({ reach, timeoutMs: CONNECT_TIMEOUT_MS, ...(lookup && { lookup }) }),
    ...{ keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEAD_BYTES, allowH2: false },
  });

  const answerOf = async ({ url, headers, body }: Post, signal: AbortSignal): Promise<Omit<Answer, "durationMs">> => {
    const response = await request(readTarget(url, reach), {
      ...{ dispatcher: agent, method: "POST", body, signal },
      headers: { "content-type": "application/json", "user-agent": "Surecount", ...headers },
    });
    const { statusCode: status, headers: head } = response;
    const text = await beginningOf(response.body);
    return {
      result: status >= 200 && status < 300 ? "DELIVERED" : "REFUSED",
      ...{
        status,
        error: null,
        response: `${headText(status, head)}\n\n${text}`.slice(0, MAX_KEPT_LENGTH).toWellFormed(),
      },
      retryAfterMs: retryAfterMsOf(head["retry-after"], now()),
    };
  };

  return {
    send: async (post, signal) => {
      const startedAtMs = performance.now();
      const timeout = AbortSignal.timeout(timeoutMs);
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      const answer = await answerOf(post, either).catch((error: unknown): Omit<Answer, "durationMs"> => {
        signal?.throwIfAborted();
        const reason = timeout.aborted ? `No answer within ${timeoutMs / 1_000} s.` : wordsOf(error);
        return { result: "FAILED", status: null, error: reason, response: null, retryAfterMs: null };
      });
      return { ...answer, durationMs: Math.round(performance.now() - startedAtMs) };
    },
    close: () => agent.destroy(),
  };
};

/** Reads it as far as it may be long, and lets go of the connection where it is longer. */
const beginningOf = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString("utf8");
};

const headText = (
  status: number,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): string => {
  const lines = Object.entries(headers).flatMap(([name, value = ""]) => [value].flat().map((one) => `${name}: ${one}`));
  return [`HTTP ${status}`, ...lines].join("\n");
};

/** Seconds, or an instant as HTTP writes it; null where there is neither. */
const retryAfterMsOf = (value: string | readonly string[] | undefined, nowUs: Micros): number | null => {
  const text = [value].flat()[0]?.trim();
  if (text === undefined || text === "") return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const { text: instant } = readTimestamp(text, { ...defaultProfile, nowUs });
  return instant === null ? null : Math.max(0, (microsOf(instant) - nowUs) / 1_000);
};

/** Words for the operator. The codes of Node say more than its messages. */
const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AddressRefused) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message === "" ? "No connection." : error.message;
  return (code === undefined || message.includes(code) ? message : `${message} (${code})`).slice(0, 500);
};
