// Amounts under each other with their decimal points in one line.
import { formatAmount } from "../format.ts";

export interface SplitAmount {
  /** Grouped, with its sign. */
  readonly whole: string;
  /** With its point; empty where there is none. */
  readonly fraction: string;
}

/** An exact decimal before and after its point. */
export const splitAmount = (amount: string): SplitAmount => {
  const [whole = "", fraction] = formatAmount(amount).split(".");
  return { whole, fraction: fraction === undefined ? "" : `.${fraction}` };
};

/** How many digits the longest fraction has. */
export const fractionDigits = (amounts: readonly string[]): number =>
  Math.max(0, ...amounts.map((amount) => splitAmount(amount).fraction.length - 1));
