// What really happened at a client: the truth, before anybody writes it down. Amounts are exact, in billionths.
import { exactOf } from "./exact.ts";
import type { Random } from "./random.ts";

export interface Sale {
  readonly client: string;
  readonly metric: string;
  readonly unit: string | null;
  /** In billionths. */
  readonly amount: bigint;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly key: string | null;
}

const DAYS_MS = 28 * 86_400_000;

interface Kind {
  readonly metric: string;
  readonly unit: string | null;
  /** The smallest difference between two amounts. */
  readonly step: bigint;
  readonly maxSteps: number;
}

const kinds: readonly Kind[] = [
  { metric: "coffee", unit: "EUR", step: exactOf("0.01"), maxSteps: 1_250 },
  { metric: "ticket sales", unit: "USD", step: exactOf("0.01"), maxSteps: 999_999_999 },
  { metric: "deposits", unit: "JPY", step: exactOf("1"), maxSteps: 1_000_000_000 },
  { metric: "energy", unit: "kWh", step: exactOf("0.001"), maxSteps: 90_000_000 },
  { metric: "gold", unit: "g", step: exactOf("0.000000001"), maxSteps: 2_000_000_000 },
  { metric: "visits", unit: null, step: exactOf("1"), maxSteps: 25_000 },
];

/** One more that happened, at any time within four weeks before `today`: late events are the rule. */
export const createSale = (
  random: Random,
  { client, key, today }: { client: string; key: string | null; today: number },
): Sale => {
  const { metric, unit, step, maxSteps } = random.pick(kinds);
  const at = today - random.int(1, DAYS_MS);
  return {
    ...{ client, metric, unit, key },
    amount: BigInt(random.int(1, maxSteps)) * step,
    at: random.chance(0.5) ? at - (at % 1000) : at,
  };
};

/** The same but for one cent, litre or gram. */
export const withOneMore = (sale: Sale): Sale => {
  const kind = kinds.find(({ metric }) => metric === sale.metric);
  return { ...sale, amount: sale.amount + (kind?.step ?? 1n) };
};

/** Others that differ from it in one fact alone, by as little as can be. */
export const nearMisses = (sale: Sale): readonly Sale[] => [
  withOneMore(sale),
  { ...sale, at: sale.at + 1000 },
  { ...sale, metric: `${sale.metric}s` },
  { ...sale, unit: sale.unit === null ? "pcs" : null },
];

/** What tells a sale from all others: its key, or what it says. */
export const identityOf = (sale: Sale): string => (sale.key === null ? contentOf(sale) : `key ${sale.key}`);

/** What tells two sales without keys apart. */
export const contentOf = ({ client, metric, unit, amount, at }: Sale): string =>
  JSON.stringify([client, metric, unit, String(amount), at]);
