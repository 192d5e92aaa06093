// What an ambiguous number or date could mean, and the rule of the client's profile that would decide it. The answer
// itself is the server's: before a rule is saved it reads all open failures with it.
import type { ProfileInput } from "../api/profile-operations.ts";
import { formatDay } from "../format.ts";

export interface Reading {
  /** What the value would mean. */
  readonly meaning: string;
  /** The rule in words. */
  readonly rule: string;
  readonly answer: Pick<ProfileInput, "decimalSeparator" | "dateOrder">;
}

/** Both readings of the value; none where the problem is another, or the value is no text. */
export const readingsOf = ({
  code,
  input,
}: {
  readonly code: string;
  readonly input?: unknown;
}): readonly Reading[] => {
  if (typeof input !== "string") return [];
  if (code === "AMBIGUOUS_NUMBER") return numberReadings(input.trim());
  if (code === "AMBIGUOUS_DATE") return dateReadings(input);
  return [];
};

const numberReadings = (text: string): readonly Reading[] => [
  { meaning: text.replace(",", ""), rule: "the comma groups thousands", answer: { decimalSeparator: "DOT" } },
  { meaning: text.replace(",", "."), rule: "the comma is the decimal sign", answer: { decimalSeparator: "COMMA" } },
];

const dateReadings = (text: string): readonly Reading[] => {
  const [, first, second, year] = /(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})/.exec(text) ?? [];
  if (first === undefined || second === undefined || year === undefined) return [];
  return [
    {
      meaning: formatDay({ year: Number(year), month: Number(second), day: Number(first) }),
      rule: "the day comes first",
      answer: { dateOrder: "DMY" },
    },
    {
      meaning: formatDay({ year: Number(year), month: Number(first), day: Number(second) }),
      rule: "the month comes first",
      answer: { dateOrder: "MDY" },
    },
  ];
};
