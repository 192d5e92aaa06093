// Reads the messages of the live feed as many subscribers get them: most get the same bytes, which are read once.

/** The entries of one message. */
export interface Frame {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** When each was committed, in milliseconds since 1970. */
  readonly atsMs: readonly number[];
  /** Whether their seqs grow one by one. */
  readonly isGapless: boolean;
}

const REMEMBERED = 64;

/** Reads messages of type next; null for a message without entries. */
export const createFrameReader = (): ((message: Buffer) => Frame | null) => {
  const recent: { readonly message: Buffer; readonly frame: Frame | null }[] = [];
  let oldest = 0;
  return (message) => {
    const known = recent.find((other) => other.message.equals(message));
    if (known !== undefined) return known.frame;
    const frame = readFrame(message);
    recent[oldest] = { message, frame };
    oldest = (oldest + 1) % REMEMBERED;
    return frame;
  };
};

interface Entry {
  readonly seq: number;
  readonly at: string;
}

/** @throws Error where it is not a message of the feed. */
const readFrame = (message: Buffer): Frame | null => {
  const entries: readonly Entry[] | undefined = JSON.parse(message.toString()).payload?.data?.feed?.entries;
  if (entries === undefined) throw new Error(`This is no message of the feed: ${message.toString().slice(0, 300)}`);
  const [first] = entries;
  if (first === undefined) return null;
  return {
    firstSeq: first.seq,
    lastSeq: first.seq + entries.length - 1,
    atsMs: entries.map(({ at }) => Date.parse(at)),
    isGapless: entries.every(({ seq }, index) => seq === first.seq + index),
  };
};
