// The command line of the demo.
import { parseArgs } from "node:util";

export interface Options {
  /** Where GraphQL is served. */
  readonly endpoint: string;
  /** As it was given, for messages. */
  readonly url: string;
  readonly events: number;
  readonly clients: number;
  /** Null where chance decides. */
  readonly seed: number | null;
}

/** What is wrong with the command line: one line for the user. */
export class OptionError extends Error {}

export const help = `Sends events like many unreliable clients to a running server, then checks that each was counted exactly once.

Usage: npm start -- demo [OPTION ...]

  --url URL      The server. Default: SURECOUNT_URL, else http://localhost:3000.
  --events N     Different events, 1 to 100,000. Default: 2000.
  --clients N    Clients that send at the same time, 1 to 100. Default: 8.
  --seed N       The same seed gives the same plan. Default: a new one each time.
  --help         This text.

It may run again and again, and while others send to the same server: the names of its clients are new each time.
Exit code: 0 where everything agrees, 1 where it does not, 2 where it could not begin.
`;

/** @throws OptionError */
export const parseOptions = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options | "help" => {
  const values = parseValues(args);
  if (values.help) return "help";
  const url = values.url ?? environment.SURECOUNT_URL ?? "http://localhost:3000";
  return {
    ...{ url, endpoint: endpointOf(url) },
    events: parseNumber("events", values.events ?? "2000", { min: 1, max: 100_000 }),
    clients: parseNumber("clients", values.clients ?? "8", { min: 1, max: 100 }),
    seed: values.seed === undefined ? null : parseNumber("seed", values.seed, { min: 0, max: 2 ** 32 - 1 }),
  };
};

const parseValues = (args: readonly string[]) => {
  const text = { type: "string" } as const;
  const options = {
    url: text,
    events: text,
    clients: text,
    seed: text,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/, 1);
    throw new OptionError(`${reason}. Use --help to see the options.`, { cause: error });
  }
};

const parseNumber = (name: string, text: string, { min, max }: { min: number; max: number }): number => {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new OptionError(`--${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
};

const endpointOf = (url: string): string => {
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new OptionError(
      `${JSON.stringify(url)} is not the address of a server. Give one such as http://localhost:3000.`,
    );
  const base = url.replace(/\/+$/, "");
  return base.endsWith("/graphql") ? base : `${base}/graphql`;
};
