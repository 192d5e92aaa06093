// Rounds of A B A B: whatever else the machine does falls on both sides, and each ratio is of neighbours in time.

/** Runs each of the contestants in turn, as often as there are rounds. */
export const inTurns = async <Name extends string, Run>(
  rounds: number,
  contestants: Readonly<Record<Name, () => Promise<Run>>>,
): Promise<Readonly<Record<Name, readonly Run[]>>> => {
  const names = Object.keys(contestants) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Run[]>;
  for (let round = 0; round < rounds; round += 1) for (const name of names) runs[name].push(await contestants[name]());
  return runs;
};
