// The sentence and its proof: totals that move with the feed and are asked again now and then, and the books, which
// the server recomputes from the tables and which are therefore asked rarely.
import type { Client, CombinedError } from "@urql/core";
import { type Accessor, createContext, createSignal, useContext } from "solid-js";
import { addEntries, type Counts, countsOf, emptyLedger, rebase } from "./counts.ts";
import { type Fault, faultOf } from "./fault.ts";
import type { Live } from "./live.ts";
import { type Books, BooksQuery, TotalsQuery } from "./operations.ts";
import { createPainter } from "./painter.ts";
import { createThrottle } from "./throttle.ts";

const TOTALS_INTERVAL_MS = 4_000;
const BOOKS_INTERVAL_MS = 10_000;

export interface CheckedBooks extends Books {
  readonly at: number;
}

export interface TotalsState {
  /** As of the last entry received; null before the first answer. */
  readonly counts: Accessor<Counts | null>;
  /** Events per second over the last minute, as of the last asking. */
  readonly throughput: Accessor<number | undefined>;
  /** How many failed events something can still be done about, as of the last asking. */
  readonly unresolved: Accessor<number>;
  /** The newest seq the server is known to have. */
  readonly headSeq: Accessor<number>;
  /** When that was learnt. */
  readonly headAt: Accessor<number>;
  readonly books: Accessor<CheckedBooks | null>;
  /** Why the last asking failed; null when it did not. */
  readonly fault: Accessor<Fault | null>;
  refresh(): void;
  close(): void;
}

interface TotalsDeps {
  readonly client: Client;
  readonly live: Live;
  /** Whether the viewer may see them at all. */
  readonly isAllowed: boolean;
}

/** Asks at once, and again whenever the feed has said something. */
export const createTotals = ({ client, live, isAllowed }: TotalsDeps): TotalsState => {
  let ledger = emptyLedger;
  const [shown, show] = createSignal(ledger);
  const [throughput, setThroughput] = createSignal<number>();
  const [headAt, setHeadAt] = createSignal(0);
  const [unresolved, setUnresolved] = createSignal(0);
  const [books, setBooks] = createSignal<CheckedBooks | null>(null);
  const [fault, setFault] = createSignal<Fault | null>(null);
  const painter = createPainter(() => show(ledger));
  const report = (error: CombinedError | undefined) => setFault(error ? faultOf(error) : null);

  const askTotals = async () => {
    const { data, error } = await client.query(TotalsQuery, {}).toPromise();
    report(error);
    if (!data) return;
    ledger = rebase(ledger, { base: data.stats, headSeq: data.stats.asOfSeq });
    setHeadAt(Date.now());
    setThroughput(data.stats.throughput);
    setUnresolved(data.failedEvents.totalCount);
    painter.request();
  };
  const askBooks = async () => {
    const { data, error } = await client.query(BooksQuery, {}).toPromise();
    report(error);
    if (data) setBooks({ ...data.books, at: Date.now() });
  };
  const totalsThrottle = createThrottle({ task: askTotals, intervalMs: TOTALS_INTERVAL_MS });
  const booksThrottle = createThrottle({ task: askBooks, intervalMs: BOOKS_INTERVAL_MS });
  const refresh = () => {
    totalsThrottle.request();
    booksThrottle.request();
  };

  live.listen({
    onBatch: ({ entries }) => {
      ledger = addEntries(ledger, entries);
      painter.request();
      // An empty batch is a heartbeat or a new connection: the throughput has moved, or something was missed.
      totalsThrottle.request();
      if (entries.length > 0) booksThrottle.request();
    },
    onReset: () => {
      ledger = emptyLedger;
      setBooks(null);
      refresh();
    },
  });
  if (isAllowed) refresh();

  return {
    counts: () => countsOf(shown()),
    throughput,
    unresolved,
    headSeq: () => shown().headSeq,
    headAt,
    books,
    fault,
    refresh,
    close: () => {
      totalsThrottle.close();
      booksThrottle.close();
      painter.close();
    },
  };
};

const TotalsContext = createContext<TotalsState>();
export const TotalsProvider = TotalsContext.Provider;

/** The page's totals. */
export const useTotals = (): TotalsState => {
  const totals = useContext(TotalsContext);
  if (!totals) throw new Error("useTotals needs a TotalsProvider above it.");
  return totals;
};
