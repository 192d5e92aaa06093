// Sends so many cases to a server, and says what it did not bear.
import { type Case, createCases } from "./cases.ts";
import { createSenders } from "./senders.ts";

const LANES = 32;
const SOCKETS = 8;
const MAX_FINDINGS = 20;

interface RunOptions {
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  readonly onProgress?: (sent: number) => void;
}

export interface FuzzReport {
  readonly sent: number;
  /** What went wrong, with what was sent. */
  readonly findings: readonly string[];
}

export const runFuzz = async ({ url, count, seed, onProgress }: RunOptions): Promise<FuzzReport> => {
  const cases = createCases(seed);
  const senders = createSenders(url, { sockets: SOCKETS });
  const findings: string[] = [];
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (sent < count && findings.length < MAX_FINDINGS) {
      sent += 1;
      const one = cases.next().value;
      const wrong = await senders.send(one).catch((error: unknown) => `no answer: ${error}`);
      if (wrong !== null) findings.push(`${wrong}\n  sent: ${shown(one)}`);
      if (sent % 1_000 === 0) onProgress?.(sent);
    }
  };
  const prototypes = prototypeKeys();
  await Promise.all(Array.from({ length: LANES }, lane));
  await senders.close();
  if (prototypeKeys() !== prototypes) findings.push("A prototype has changed.");
  findings.push(...(await differencesOf(url)));
  return { sent, findings };
};

/** All that is on the prototypes that everything has. */
const prototypeKeys = (): string =>
  [Object, Array, Function, String, Number, Promise, Map, RegExp]
    .flatMap(({ name, prototype }) => Reflect.ownKeys(prototype).map((key) => `${name}.${String(key)}`))
    .join();

const differencesOf = async (url: string): Promise<readonly string[]> => {
  const response = await fetch(`${url}/graphql?query={books{balanced%20differences{identity%20expected%20actual}}}`);
  const text = await response.text();
  return text.includes('"balanced":true') ? [] : [`The books do not balance: ${text}`];
};

const shown = (one: Case): string => {
  switch (one.way) {
    case "request":
      return `${one.method} ${one.path} ${JSON.stringify(one.headers)} ${JSON.stringify(one.body?.toString("latin1"))}`;
    case "bytes":
      return JSON.stringify(one.bytes.toString("latin1"));
    case "message":
      return JSON.stringify(one.text.toString("latin1"));
    default:
      return one satisfies never;
  }
};
