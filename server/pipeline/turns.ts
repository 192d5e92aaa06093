// Lets those who ask for the same share the work, without an answer that is older than the question: work that has begun
// may miss what somebody has just written, so that who comes meanwhile waits for the next turn, together with all others.

/** Does the work for the key in this turn or the next. What it throws reaches all who share it. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

interface Turn {
  /** Never fails. */
  readonly end: Promise<void>;
  next: Promise<unknown> | null;
}

export const createTurns = (): Turns => {
  const turns = new Map<string, Turn>();

  const begin = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const working = work();
    const turn: Turn = { end: working.then(ignore, ignore), next: null };
    turns.set(key, turn);
    void turn.end.then(() => {
      if (turn.next === null) turns.delete(key);
    });
    return working;
  };

  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = turns.get(key);
    if (turn === undefined) return begin(key, work);
    turn.next ??= turn.end.then(() => begin(key, work));
    // Under one key there is work of one kind.
    return turn.next as Promise<T>;
  };
};

const ignore = (): void => {};
