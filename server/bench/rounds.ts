// Rounds of A B A B: whatever else the machine does falls on both sides, and each ratio is of neighbours in time.

type Contestants = Readonly<Record<string, () => Promise<unknown>>>;
type Runs<Of extends Contestants> = { readonly [Name in keyof Of]: readonly Awaited<ReturnType<Of[Name]>>[] };

/** Runs each of the contestants in turn, as often as there are rounds. */
export const inTurns = async <Of extends Contestants>(rounds: number, contestants: Of): Promise<Runs<Of>> => {
  const runs = new Map<string, unknown[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, run] of Object.entries(contestants)) runs.get(name)?.push(await run());
  return Object.fromEntries(runs) as unknown as Runs<Of>;
};
