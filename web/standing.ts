// A list that stands still while its source moves: rows stay where they are and change in place, those that left stay
// until the list is asked for again, and new ones are counted and wait.

export interface Row {
  readonly id: string;
}

export interface Standing<R extends Row> {
  readonly rows: readonly R[];
  /** How many rows of the newest answer are not shown. */
  readonly waiting: number;
}

/** The rows on screen, brought up to date. `fresh` is the list as it is now; `known` are shown rows as they are now. */
export const settle = <R extends Row>(
  shown: readonly R[],
  { fresh, known }: { readonly fresh: readonly R[]; readonly known: readonly R[] },
): Standing<R> => {
  const latest = new Map([...known, ...fresh].map((row) => [row.id, row]));
  const shownIds = new Set(shown.map(({ id }) => id));
  return {
    rows: shown.map((row) => latest.get(row.id) ?? row),
    waiting: fresh.filter(({ id }) => !shownIds.has(id)).length,
  };
};

/** The id that stands `step` rows from this one, kept within the list; the first where this one is not in it. */
export const neighbour = (ids: readonly string[], from: string | null, step: number): string | undefined => {
  const index = from === null ? -1 : ids.indexOf(from);
  if (index === -1) return ids[step > 0 ? 0 : ids.length - 1];
  return ids[Math.min(ids.length - 1, Math.max(0, index + step))];
};
