// The ways in which clients write an amount. All of them mean the same number, and none is ambiguous.
import { textOf } from "./exact.ts";
import type { Random } from "./random.ts";

interface Parts {
  readonly text: string;
  readonly whole: string;
  readonly fraction: string;
  readonly unit: string | null;
}

/** The amount as this client writes it; null where this way does not suit the number. */
type Way = (parts: Parts) => string | number | null;

const NBSP = "\u00A0";
const NARROW_NBSP = "\u202F";
const MAX_DOUBLE_DIGITS = 15;
const signs: Readonly<Record<string, string>> = { EUR: "€", USD: "$", JPY: "¥" };

const grouped = (whole: string, sign: string): string => whole.replace(/\B(?=(\d{3})+$)/g, sign);

const groupedBy =
  (sign: string): Way =>
  ({ whole, fraction }) =>
    whole.length < 4 ? null : `${grouped(whole, sign)}${fraction && `.${fraction}`}`;

const ways: readonly Way[] = [
  ({ text, whole, fraction }) => (whole.length + fraction.length > MAX_DOUBLE_DIGITS ? null : Number(text)),
  ({ text }) => text,
  ({ text }) => `+${text}`,
  ({ text }) => `00${text}`,
  ({ text }) => `\t ${text}${NBSP}`,
  ({ whole, fraction }) => `${whole}.${fraction}00`,
  ({ whole, fraction }) => `${whole}${fraction}e-${fraction.length}`,
  ({ whole, fraction }) => (whole === "0" && fraction !== "" ? `.${fraction}` : null),
  // A group sign alone could be a decimal sign: the fraction is always written.
  ({ whole, fraction }) => (whole.length < 4 ? null : `${grouped(whole, ",")}.${fraction || "00"}`),
  ({ whole, fraction }) => (whole.length < 4 ? null : `${grouped(whole, ".")},${fraction || "00"}`),
  ({ whole, fraction }) => (fraction === "" || fraction.length === 3 ? null : `${whole},${fraction}`),
  groupedBy(" "),
  groupedBy(NBSP),
  groupedBy(NARROW_NBSP),
  groupedBy("'"),
  groupedBy("’"),
  ({ text }) => text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  ({ text, unit }) => (unit !== null && unit in signs ? `${signs[unit]}${text}` : null),
  ({ text, unit }) => (unit !== null && unit in signs ? `${text} ${unit}` : null),
];

/** One of the ways to write the amount. */
export const spellAmount = (
  random: Random,
  { amount, unit }: { amount: bigint; unit: string | null },
): string | number => {
  const text = textOf(amount);
  const [whole = "", fraction = ""] = text.split(".");
  const spelled = ways.map((way) => way({ text, whole, fraction, unit })).filter((way) => way !== null);
  return random.pick(spelled);
};
