// What is asked for in the form of a new token.

const DAY_MS = 86_400_000;

export const lifetimes: readonly { readonly name: string; readonly days: number | null }[] = [
  { name: "in 30 days", days: 30 },
  { name: "in 90 days", days: 90 },
  { name: "in a year", days: 365 },
  { name: "never", days: null },
];

/** When a token of that lifetime ends, to the second; null for never. */
export const endOf = (lifetime: string, nowMs: number): string | null => {
  const days = lifetimes.find(({ name }) => name === lifetime)?.days ?? null;
  return days === null ? null : `${new Date(nowMs + days * DAY_MS).toISOString().slice(0, 19)}Z`;
};

/** One a line: a name may hold a comma. */
export const clientsIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  ),
];
