// The totals between two askings: what the server counted up to a seq, and on top each entry received after it, once.

/** Where the totals have each outcome. */
export const columns = {
  ACCEPTED: "accepted",
  DUPLICATE: "duplicates",
  CONFLICT: "conflicts",
  REJECTED: "rejected",
} as const;

export type Outcome = keyof typeof columns;

export interface Counts {
  readonly received: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
}

export interface CountedEntry {
  readonly seq: number;
  readonly action: Outcome;
}

export interface Ledger {
  /** As the server counted them, up to and including `headSeq`; null before the first answer. */
  readonly base: Counts | null;
  readonly headSeq: number;
  /** Received from the feed, in order of seq, none at or below `headSeq`. */
  readonly later: readonly CountedEntry[];
}

export const emptyLedger: Ledger = { base: null, headSeq: 0, later: [] };

/** More than arrives between two askings; beyond it the next asking corrects. */
const MAX_LATER = 100_000;

/** Whether an entry records what became of an event that was received; the others record what was done about one. */
export const isOutcome = (action: string): action is Outcome => Object.hasOwn(columns, action);

/** The ledger with entries from the feed, oldest first; those it knows already are passed over. */
export const addEntries = (
  ledger: Ledger,
  entries: readonly { readonly seq: number; readonly action: string }[],
): Ledger => {
  const lastSeq = ledger.later.at(-1)?.seq ?? ledger.headSeq;
  const fresh = entries.flatMap(({ seq, action }) => (seq > lastSeq && isOutcome(action) ? [{ seq, action }] : []));
  if (fresh.length === 0) return ledger;
  return { ...ledger, later: [...ledger.later, ...fresh].slice(-MAX_LATER) };
};

/** The ledger on a newer count of the server. */
export const rebase = (ledger: Ledger, { base, headSeq }: { base: Counts; headSeq: number }): Ledger => ({
  base,
  headSeq,
  later: ledger.later.filter(({ seq }) => seq > headSeq),
});

/** The totals as of the last entry received; null while the server has not answered yet. */
export const countsOf = ({ base, later }: Ledger): Counts | null => {
  if (!base) return null;
  const counts = { ...base, received: base.received + later.length };
  for (const { action } of later) counts[columns[action]] += 1;
  return counts;
};
